package footprint

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// RestoreCommand returns the PowerShell command that would restore an artifact: of the Exchange Online module for what Exchange keeps, else of
// the Microsoft Graph module. It is "" where the before-state can't be read.
func RestoreCommand(a deprovision.Artifact) string {
	if cmdlet, params, ok := restoration(a); ok {
		words := []string{cmdlet}
		for _, p := range params {
			words = append(words, argument(p))
		}
		if a.Kind == DistributionGroup {
			words = append(words, withoutMembers)
		}
		return strings.Join(words, " ")
	}
	var before directoryObject
	if json.Unmarshal(a.Before, &before) != nil {
		return ""
	}
	return before.restore(a)
}

// withoutMembers is a comment: listings of groups don't name members.
const withoutMembers = "# its members are not part of the before-state"

// directoryObject is what Microsoft Graph needs to make an object anew.
type directoryObject struct {
	PrincipalID, RoleDefinitionID, DirectoryScopeID, AppScopeID string // role assignments
	ClientID, ResourceID, ConsentType, Scope                    string // grants
	AppRoleID                                                   string // app role assignments
	MailNickname, Description                                   string // groups
	InWeb, InScope, InPlace, Title, LoginName                   string // of SharePoint and Teams
	ReceiverName, ReceiverURL                                   string // event receivers
	EventType, Synchronization, SequenceNumber                  json.Number
	PrincipalObjectID                                           string // app principals
	TeamsApp                                                    struct{ ID string }
}

func (d directoryObject) restore(a deprovision.Artifact) string {
	switch a.Kind {
	case Microsoft365Group, ServicePrincipal, DelegateUser, AppRegistration: // https://learn.microsoft.com/graph/api/directory-deleteditems-restore
		return words("Restore-MgDirectoryDeletedItem", "DirectoryObjectId", a.ID) + " # within 30 days"
	case SecurityGroup: // is gone at once
		nickname := d.MailNickname
		if nickname == "" {
			nickname = strings.ReplaceAll(a.Name, " ", "")
		}
		return words("New-MgGroup", "DisplayName", a.Name, "MailNickname", nickname, "Description", d.Description) +
			" -SecurityEnabled -MailEnabled:$false " + withoutMembers
	case RoleAssignment, UserRole: // https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments
		return words("New-MgRoleManagementDirectoryRoleAssignment", "PrincipalId", d.PrincipalID, "RoleDefinitionId", d.RoleDefinitionID,
			"DirectoryScopeId", d.DirectoryScopeID, "AppScopeId", d.AppScopeID)
	case PermissionGrant: // https://learn.microsoft.com/graph/api/oauth2permissiongrant-post
		return words("New-MgOauth2PermissionGrant", "ClientId", d.ClientID, "ConsentType", d.ConsentType, "PrincipalId", d.PrincipalID,
			"ResourceId", d.ResourceID, "Scope", d.Scope)
	case AppRoleAssignment: // https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments
		return words("New-MgServicePrincipalAppRoleAssignment", "ServicePrincipalId", d.PrincipalID, "PrincipalId", d.PrincipalID,
			"ResourceId", d.ResourceID, "AppRoleId", d.AppRoleID)
	case UserSignIn:
		return words("Update-MgUser", "UserId", a.ID) + " -AccountEnabled:$true"
	case AppPrincipal:
		return words("Restore-MgDirectoryDeletedItem", "DirectoryObjectId", d.PrincipalObjectID) + " # within 30 days"
	}
	return d.restoreInSite(a)
}

// restoreInSite restores what lies in SharePoint, with PnP PowerShell; https://pnp.github.io/powershell
func (d directoryObject) restoreInSite(a deprovision.Artifact) string {
	connect := words("Connect-PnPOnline", "Url", d.InWeb) + "; "
	switch a.Kind {
	case EventReceiver:
		list := d.InScope
		if list == "web" || list == "site" {
			list = ""
		}
		return connect + words("Add-PnPEventReceiver", "List", list, "Name", d.ReceiverName, "Url", d.ReceiverURL, "EventReceiverType", d.EventType.String(),
			"Synchronization", d.Synchronization.String(), "SequenceNumber", d.SequenceNumber.String())
	case SiteAdmin:
		return connect + words("Add-PnPSiteCollectionAdmin", "Owners", d.LoginName)
	case QuarantineLibrary:
		return connect + "Get-PnPRecycleBinItem | Where-Object Title -eq " + quote(d.Title) + " | Restore-PnPRecycleBinItem -Force # within 93 days"
	case InstalledApp:
		if d.InScope == "teams" {
			return words("New-MgTeamInstalledApp", "TeamId", d.InPlace) + " -BodyParameter @{'teamsApp@odata.bind'=" +
				quote("https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/"+d.TeamsApp.ID) + "}"
		}
	}
	return ""
}

// words writes a cmdlet with parameters, names and values in turn; empty values are left out.
func words(cmdlet string, params ...string) string {
	out := []string{cmdlet}
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			out = append(out, argument(parameter{params[i], params[i+1]}))
		}
	}
	return strings.Join(out, " ")
}

// argument writes one parameter. A colon before a bool makes it right for switches as well.
func argument(p parameter) string {
	if b, is := p.value.(bool); is {
		return fmt.Sprintf("-%s:$%t", p.name, b)
	}
	return "-" + p.name + " " + literal(p.value)
}
