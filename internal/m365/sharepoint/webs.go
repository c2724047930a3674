package sharepoint

import (
	"context"
	"net/http"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// Webs lists the webs directly below a web. Those of add-ins are left out: each has a host of its own, at which no token of this tenant's
// hosts counts. https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
func (c *Client) Webs(ctx context.Context, web string) ([]m365.Object, error) {
	return c.all(ctx, web, listing{
		name: "GET /_api/web/webs", leaf: "web/webs?$select=Id,Title,Url,Created,WebTemplate", id: "Id", text: "Url",
		take: func(fields map[string]any) bool { return fields["WebTemplate"] != "APP" },
	})
}

const (
	listFields = "$select=Id,Title,Hidden,AllowDeletion,BaseTemplate,BaseType,ItemCount,Created"
	listID     = "web/lists(guid'"
)

// Lists lists the lists and libraries of a web, hidden ones too.
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest
func (c *Client) Lists(ctx context.Context, web string) ([]m365.Object, error) {
	return c.all(ctx, web, listing{name: "GET /_api/web/lists", leaf: "web/lists?" + listFields, id: "Id", text: "Title"})
}

// List reads one list with all that it says of itself. Absent: class gone.
func (c *Client) List(ctx context.Context, web, id string) (m365.Object, error) {
	call := &transport.Call{Name: "GET /_api/web/lists(guid'{id}')"}
	if err := checkGUID(call, "list", id); err != nil {
		return m365.Object{}, err
	}
	at, err := c.find(call, web)
	if err != nil {
		return m365.Object{}, err
	}
	if err := at.host.send(ctx, call, at.api(listID+id+"')"), request{method: http.MethodGet}); err != nil {
		return m365.Object{}, err
	}
	o, _, err := listing{id: "Id", text: "Title"}.object(call.Body)
	if err != nil {
		return m365.Object{}, transport.Failed(err, API, call)
	}
	if !strings.EqualFold(o.ID, id) {
		return m365.Object{}, transport.Malformed(API, call, "the answer is another list")
	}
	return o, nil
}

// RemoveList moves a list, with all items, to the site's recycle bin, or removes it for good.
func (c *Client) RemoveList(ctx context.Context, list m365.Target, purge bool) (m365.Receipt, error) {
	name := "POST /_api/web/lists(guid'{id}')/recycle"
	if purge {
		name = "DELETE /_api/web/lists(guid'{id}')"
	}
	if err := checkGUID(&transport.Call{Name: name}, "list", list.ID); err != nil {
		return m365.Receipt{}, err
	}
	if purge {
		return c.change(ctx, name, list, request{method: http.MethodPost, leaf: listID + list.ID + "')",
			header: map[string]string{"X-HTTP-Method": http.MethodDelete, "If-Match": "*"}})
	}
	return c.change(ctx, name, list, request{method: http.MethodPost, leaf: listID + list.ID + "')/recycle"})
}
