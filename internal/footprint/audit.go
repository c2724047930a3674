package footprint

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The tenant's own logs, as an announcement names them.
const (
	EntraAudit    = "Entra audit"
	ExchangeAudit = "Exchange admin audit"
	UnifiedAudit  = "Microsoft 365 unified audit"
)

// logged is what a log holds about one call.
type logged struct{ log, operation string }

// audited is what the removal of an artifact is called in a log, by kind. Cmdlets are missing here: theirs is the name of the cmdlet. So is what no
// page of Microsoft names, for whoever waits for a guess may wait for ever: quarantine folders (the actions that are logged about mailboxes are
// about messages), subscriptions, event receivers and webhooks.
//
// https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities#core-directory
// https://learn.microsoft.com/purview/audit-log-activities
var audited = map[deprovision.ArtifactKind]logged{
	ServicePrincipal:  {EntraAudit, "Remove service principal"},
	AppPrincipal:      {EntraAudit, "Remove service principal"}, // by which it goes
	AppRoleAssignment: {EntraAudit, "Remove app role assignment from service principal"},
	PermissionGrant:   {EntraAudit, "Remove delegated permission grant"},
	RoleAssignment:    {EntraAudit, "Remove member from role"},
	UserRole:          {EntraAudit, "Remove member from role"},
	UserSignIn:        {EntraAudit, "Disable account"},
	DelegateUser:      {EntraAudit, "Delete user"},
	Microsoft365Group: {EntraAudit, "Delete group"},
	SecurityGroup:     {EntraAudit, "Delete group"},
	AppRegistration:   {EntraAudit, "Delete application"},
	SiteAdmin:         {UnifiedAudit, "SiteCollectionAdminRemoved"},
	QuarantineLibrary: {UnifiedAudit, "ListDeleted"}, // a list that was recycled has no other name there
	InstalledApp:      {UnifiedAudit, "AppUninstalled"},
}

// purged is likewise what the directory calls it when it forgets for good.
var purged = map[deprovision.ArtifactKind]string{
	ServicePrincipal: "Hard delete service principal", AppPrincipal: "Hard delete service principal", AppRegistration: "Hard Delete application",
	DelegateUser: "Hard Delete user", Microsoft365Group: "Hard Delete group",
}

// Audited tells what the tenant's logs will hold about the removal of an artifact of the kind; ok is false where no page of Microsoft says so.
func Audited(kind deprovision.ArtifactKind) (log, operation string, ok bool) {
	if call := removals[kind]; call != "" && !strings.Contains(call, " ") {
		// "For Exchange admin activity, this property identifies the name of the cmdlet that was run":
		// https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
		return ExchangeAudit, call, true
	}
	l, ok := audited[kind]
	return l.log, l.operation, ok
}

// Operations are the entries that carrying out a plan leaves in the tenant's logs, in the order of the removal. There may be fewer: what turns out
// to be gone, changed or still in use by then is not called about.
func Operations(plan deprovision.Plan, purge bool) []deprovision.AuditOperation {
	var out []deprovision.AuditOperation
	place := map[logged]int{}
	count := func(l logged) {
		i, known := place[l]
		if !known {
			i = len(out)
			place[l], out = i, append(out, deprovision.AuditOperation{Log: l.log, Operation: l.operation})
		}
		out[i].Count++
	}
	for _, a := range plan.Artifacts {
		if log, operation, ok := Audited(a.Kind); ok {
			count(logged{log, operation})
		}
	}
	for _, a := range plan.Artifacts {
		if operation := purged[a.Kind]; purge && operation != "" {
			count(logged{EntraAudit, operation})
		}
	}
	return out
}
