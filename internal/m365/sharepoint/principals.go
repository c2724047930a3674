package sharepoint

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// mostApps is how many App Ids the admin site takes at once.
const mostApps = 500

// AppPrincipals lists which of these App Ids have a principal of Azure ACS, by the App Id; the name is its title, and Raw has the
// appIdentifier, appDomains and redirectUri. https://learn.microsoft.com/sharepoint/dev/apis/addin-management-apis
func (c *Client) AppPrincipals(ctx context.Context, appIDs []string) ([]m365.Object, error) {
	call := &transport.Call{Name: "POST /_api/web/GetACSServicePrincipals"}
	for _, id := range appIDs {
		if err := checkGUID(call, "appId", id); err != nil {
			return nil, err
		}
	}
	at, err := c.find(call, c.AdminCenter())
	if err != nil {
		return nil, err
	}
	l := listing{id: "appId", text: "title"}
	var out []m365.Object
	for some := range slices.Chunk(appIDs, mostApps) {
		call = &transport.Call{Name: call.Name}
		r := request{method: http.MethodPost, leaf: "web/GetACSServicePrincipals", body: map[string][]string{"appIds": some}}
		if err := at.host.send(ctx, call, at.api(r.leaf), r); err != nil {
			return nil, err
		}
		rows, next, err := l.page(call.Body)
		if err != nil {
			return nil, transport.Failed(err, API, call)
		}
		foreign := func(o m365.Object) bool {
			return !slices.ContainsFunc(some, func(id string) bool { return strings.EqualFold(id, o.ID) })
		}
		if next != "" || slices.ContainsFunc(rows, foreign) {
			return nil, transport.Malformed(API, call, "the answer is not about the apps that were asked for")
		}
		out = append(out, rows...)
	}
	return sorted(out), nil
}
