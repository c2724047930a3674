package sharepoint

import (
	"context"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// anyVersion makes a removal hold whatever the object's version is.
func anyVersion() map[string]string { return map[string]string{"If-Match": "*"} }

// receivers tells where the event receivers of a scope are, for addresses and for the names of calls.
func receivers(call *transport.Call, scope string) (leaf, name string, err error) {
	switch scope {
	case m365.OnSite:
		return "site/eventreceivers", "/_api/site/eventreceivers", nil
	case m365.OnWeb:
		return "web/eventreceivers", "/_api/web/eventreceivers", nil
	}
	return listID + scope + "')/eventreceivers", "/_api/web/lists(guid'{id}')/eventreceivers", checkGUID(call, "scope", scope)
}

// Receivers lists the event receivers of a scope.
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/handle-events-in-sharepoint-add-ins
func (c *Client) Receivers(ctx context.Context, web, scope string) ([]m365.Object, error) {
	leaf, name, err := receivers(&transport.Call{Name: "GET /_api/eventreceivers"}, scope)
	if err != nil {
		return nil, err
	}
	return c.all(ctx, web, listing{name: "GET " + name, leaf: leaf, id: "ReceiverId", text: "ReceiverName"})
}

// DeleteReceiver removes one event receiver; Inside is its scope.
func (c *Client) DeleteReceiver(ctx context.Context, receiver m365.Target) (m365.Receipt, error) {
	call := &transport.Call{Name: "DELETE /_api/eventreceivers('{id}')"}
	leaf, name, err := receivers(call, receiver.Inside)
	if err == nil {
		err = checkGUID(call, "receiver", receiver.ID)
	}
	if err != nil {
		return m365.Receipt{}, err
	}
	return c.change(ctx, "DELETE "+name+"('{id}')", receiver, request{method: http.MethodDelete, leaf: leaf + "('" + receiver.ID + "')", header: anyVersion()})
}

const (
	webhooks     = "')/subscriptions"
	webhooksName = "/_api/web/lists(guid'{id}')/subscriptions"
)

// Webhooks lists the subscriptions of a list; the name is the address that is notified.
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/overview-sharepoint-list-webhooks
func (c *Client) Webhooks(ctx context.Context, web, list string) ([]m365.Object, error) {
	if err := checkGUID(&transport.Call{Name: "GET " + webhooksName}, "list", list); err != nil {
		return nil, err
	}
	return c.all(ctx, web, listing{name: "GET " + webhooksName, leaf: listID + list + webhooks, id: "id", text: "notificationUrl"})
}

// DeleteWebhook removes one subscription; Inside is its list.
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/delete-subscription
func (c *Client) DeleteWebhook(ctx context.Context, webhook m365.Target) (m365.Receipt, error) {
	const name = "DELETE " + webhooksName + "('{id}')"
	call := &transport.Call{Name: name}
	err := checkGUID(call, "list", webhook.Inside)
	if err == nil {
		err = checkGUID(call, "webhook", webhook.ID)
	}
	if err != nil {
		return m365.Receipt{}, err
	}
	return c.change(ctx, name, webhook, request{method: http.MethodDelete, leaf: listID + webhook.Inside + webhooks + "('" + webhook.ID + "')"})
}
