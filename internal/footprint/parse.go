package footprint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Parse reads objects of a kind from one element of a tenant's answer: a row of an Exchange cmdlet, or an object of Microsoft Graph. It is one
// object, but for [IPAllowEntry]: there it is a connection filter policy, and every entry of its list is an object. An element that can't be
// identified is an error; that nothing in it is the product's can't be known.
func Parse(kind deprovision.ArtifactKind, raw json.RawMessage) ([]Object, error) {
	if kind == IPAllowEntry {
		return parseAllowList(raw)
	}
	var row struct {
		GUID, Name, Identity, DisplayName, ExternalDirectoryObjectID string // of Exchange; Graph has displayName as well
		SpoofedUser, SendingInfrastructure                           string
		ID                                                           string     // of Graph; Exchange's own Id is a name
		Scope, RoleDefinitionID, ResourceDisplayName                 string     // of Graph
		UserPrincipalName, Resource, AppID                           string     // of Graph
		Title, ReceiverID, ReceiverName, LoginName                   string     // of SharePoint
		InAddress, InMailbox, InWeb, InList, InScope, InTitle        string     // where it lies, added by who read it
		InPlace                                                      string     // likewise
		Created                                                      *time.Time // of lists
		TeamsApp                                                     struct{ DisplayName string }
		WhenCreated, CreatedDateTime                                 *time.Time // of Exchange, and of Graph
	}
	if _, known := matchings[kind]; !known {
		return nil, &deprovision.Invalid{Field: "kind", Value: string(kind), Allowed: "a kind that is read from a tenant"}
	}
	if err := json.Unmarshal(raw, &row); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	o := Object{Kind: kind, Raw: raw, Created: row.CreatedDateTime}
	switch kind {
	case TransportRule, OutboundConnector, InboundConnector, DistributionGroup, DynamicGroup, JournalRule, RoleGroup:
		o.ID, o.Name, o.Created = row.GUID, row.Name, row.WhenCreated
	case Microsoft365Group, SecurityGroup:
		o.ID, o.Name = row.ID, row.DisplayName
		if row.GUID != "" || row.ExternalDirectoryObjectID != "" { // as Exchange lists it: its own Id is a name
			o.ID, o.Created = row.ExternalDirectoryObjectID, row.WhenCreated
		}
	case SpoofAllowPair:
		o.ID, o.Name = row.Identity, row.SpoofedUser+", "+row.SendingInfrastructure
	case RoleAssignment:
		o.ID, o.Name = row.ID, row.RoleDefinitionID
	case PermissionGrant:
		o.ID, o.Name = row.ID, row.Scope
	case AppRoleAssignment:
		o.ID, o.Name = row.ID, row.ResourceDisplayName
	case ServicePrincipal, AppRegistration:
		o.ID, o.Name = row.ID, row.DisplayName
	case UserRole:
		o.ID, o.Name = row.ID, row.RoleDefinitionID
	case UserSignIn, DelegateUser:
		o.ID, o.Name = row.ID, row.UserPrincipalName
	case Subscription:
		o.ID, o.Name = row.ID, row.Resource
	case AppPrincipal:
		o.ID, o.Name = row.AppID, row.Title
	case QuarantineFolder:
		o.ID, o.Name = inside(row.InMailbox, row.ID), row.InAddress+": "+row.DisplayName
	case EventReceiver:
		o.ID, o.Name = inside(row.InWeb, row.InScope, row.ReceiverID), strings.TrimSuffix(row.InWeb+": "+row.ReceiverName+" of "+row.InTitle, " of ")
	case ListWebhook:
		o.ID, o.Name = inside(row.InWeb, row.InList, row.ID), row.InWeb+": webhook of "+row.InTitle
	case SiteAdmin:
		o.ID, o.Name = inside(row.InWeb, row.LoginName), row.InWeb+": "+row.LoginName
	case QuarantineLibrary:
		o.ID, o.Name, o.Created = inside(row.InWeb, row.ID), row.InWeb+": "+row.Title, row.Created
	case InstalledApp:
		o.ID, o.Name = inside(row.InScope, row.InPlace, row.ID), row.TeamsApp.DisplayName+" in "+row.InScope+" "+row.InPlace
	}
	if o.ID == "" {
		return nil, fmt.Errorf("%s %q: it has no id", kind, o.Name)
	}
	if _, err := o.read(); err != nil {
		return nil, err
	}
	return []Object{o}, nil
}

// inside makes one id of those of an object and of what it lies in; "" where one is missing. None of them holds a line break.
func inside(ids ...string) string {
	if slices.Contains(ids, "") {
		return ""
	}
	return strings.Join(ids, "#")
}

// parseAllowList reads a connection filter policy. The id of an entry names its policy as well, and its raw form keeps nothing of the list
// but that entry.
func parseAllowList(raw json.RawMessage) ([]Object, error) {
	var policy struct {
		GUID, Name  string
		IPAllowList texts
	}
	if err := json.Unmarshal(raw, &policy); err != nil {
		return nil, fmt.Errorf("%s: %w", IPAllowEntry, err)
	}
	if policy.GUID == "" {
		return nil, fmt.Errorf("%s: a policy without a Guid", IPAllowEntry)
	}
	var out []Object
	for _, entry := range policy.IPAllowList {
		before, err := json.Marshal(map[string]string{"Policy": policy.Name, "PolicyGuid": policy.GUID, "IPAllowList": entry})
		if err != nil {
			return nil, err
		}
		out = append(out, Object{Kind: IPAllowEntry, ID: policy.GUID + "/" + entry, Name: entry, Raw: before})
	}
	return out, nil
}

// decodeNumbers decodes exactly one JSON value, and keeps numbers as they are written.
func decodeNumbers(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// Kinds lists the kinds that a tenant is asked for, sorted.
func (s *Service) Kinds() []deprovision.ArtifactKind {
	var kinds []deprovision.ArtifactKind
	for _, e := range s.Artifacts {
		kinds = append(kinds, e.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
