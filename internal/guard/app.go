package guard

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// App tells of a service principal what decides whether it may go.
type App struct {
	ID    string // App Id
	Owner string // id of the tenant that owns the app
	Type  string // servicePrincipalType
	Home  bool   // it is registered in this very tenant, which owns it then
}

// Microsoft's own tenants. Their apps are part of the service.
// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
var microsoft = []string{"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}

// firstParty are the ends of App Ids that only Microsoft gives out, e.g. 00000003-0000-0000-c000-000000000000 (Microsoft Graph).
var firstParty = []string{"-0000-0000-c000-000000000000", "-0000-0ff1-ce00-000000000000"}

// foreignApp refuses the worker's own app, Microsoft's, and managed identities, with all that hangs on them.
func (c Candidate) foreignApp(acting string) error {
	if c.App == nil {
		return nil
	}
	id := strings.ToLower(c.App.ID)
	switch {
	case !deprovision.ValidAppID(id):
		return c.refuse(Unreadable, "the App Id can't be read")
	case !deprovision.ValidAppID(acting):
		return c.refuse(Unreadable, "it is not known as which app the worker itself runs")
	case id == strings.ToLower(acting):
		return c.refuse(ActingApp, "the worker itself runs as this app")
	case c.App.Home && !strings.HasSuffix(id, firstParty[0]) && !strings.HasSuffix(id, firstParty[1]):
		return nil
	case !deprovision.ValidAppID(c.App.Owner): // a tenant's id has the same form
		return c.refuse(Unreadable, "the owner of the app can't be read, so it may be Microsoft's")
	case contains(microsoft, c.App.Owner), strings.HasSuffix(id, firstParty[0]), strings.HasSuffix(id, firstParty[1]):
		return c.refuse(MicrosoftApp, "it is an app of Microsoft")
	case strings.EqualFold(c.App.Type, "ManagedIdentity"):
		return c.refuse(ManagedIdentity, "it is a managed identity of the customer")
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if strings.EqualFold(have, s) {
			return true
		}
	}
	return false
}
