package sharepoint

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Admins lists the administrators of a site collection; the id is the login name, such as i:0#.f|membership|anna@contoso.com.
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-users-groups-and-roles-with-rest
func (c *Client) Admins(ctx context.Context, site string) ([]m365.Object, error) {
	return c.all(ctx, site, listing{
		name: "GET /_api/web/siteusers", leaf: "web/siteusers?$filter=IsSiteAdmin%20eq%20true", id: "LoginName", text: "Title",
		take: func(fields map[string]any) bool { return fields["IsSiteAdmin"] != false }, // a service that does not filter
	})
}

// RemoveAdmin takes the right away from the user with this login name. It changes that user alone, so that whoever else becomes an
// administrator meanwhile stays one. A user who is none any more is a success too.
func (c *Client) RemoveAdmin(ctx context.Context, a m365.Target) (m365.Receipt, error) {
	const name = "MERGE /_api/web/siteusers('{id}')"
	if a.ID == "" || len(a.ID) > 400 || strings.ContainsFunc(a.ID, unicode.IsControl) {
		bad := &deprovision.Invalid{Field: "admin", Value: transport.Printable(a.ID), Allowed: "a login name in at most 400 bytes"}
		return m365.Receipt{}, transport.Malformed(API, &transport.Call{Name: name}, "%w", bad)
	}
	header := anyVersion()
	header["X-HTTP-Method"] = "MERGE"
	return c.change(ctx, name, a, request{
		method: http.MethodPost, leaf: "web/siteusers(" + literal(a.ID) + ")", header: header, body: map[string]bool{"IsSiteAdmin": false},
	})
}
