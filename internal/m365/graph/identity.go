package graph

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithappid"
	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/subscriptions"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (c *Client) user(id string) *users.UserItemRequestBuilder {
	return users.NewUsersRequestBuilderInternal(root(), c.adapter).ByUserId(id)
}

// DisableUser takes away that a user may sign in, and nothing else. Tokens that were issued before live out their time. For a user who
// holds a privileged role, the caller needs more than the permission: remove the role first.
// https://learn.microsoft.com/graph/api/user-update
func (c *Client) DisableUser(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "PATCH /users/{id}", func(ctx context.Context) error {
		off, change := false, models.NewUser()
		change.SetAccountEnabled(&off)
		change.SetOdataType(nil) // nothing but what changes
		_, err := c.user(id).Patch(ctx, change, nil)
		return err
	}, id)
}

// DeleteUser removes a user, with mailbox and licences, who can be restored for 30 days.
// https://learn.microsoft.com/graph/api/user-delete
func (c *Client) DeleteUser(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /users/{id}", func(ctx context.Context) error { return c.user(id).Delete(ctx, nil) }, id)
}

// ApplicationByAppID reads the registration of an app, a GUID. Only the app's home tenant has one. Absent: class gone.
// https://learn.microsoft.com/graph/api/application-get
func (c *Client) ApplicationByAppID(ctx context.Context, appID string) (m365.Object, error) {
	const name = "GET /applications(appId='{appId}')"
	if !deprovision.ValidAppID(appID) {
		err := &deprovision.Invalid{Field: "appId", Value: appID, Allowed: "a GUID"}
		return m365.Object{}, transport.Malformed(API, &transport.Call{Name: name}, "%w", err)
	}
	send := func(ctx context.Context) (models.Applicationable, error) {
		return applicationswithappid.NewApplicationsWithAppIdRequestBuilderInternal(root(), c.adapter, &appID).Get(ctx, nil)
	}
	app, o, err := get(ctx, name, appID, send, models.Applicationable.GetDisplayName)
	if err != nil {
		return m365.Object{}, err
	}
	if !strings.EqualFold(text(app.GetAppId()), appID) {
		return m365.Object{}, transport.Malformed(API, &transport.Call{Name: name}, "the answer is another app's registration")
	}
	return o, nil
}

// DeleteApplication removes a registration by its object id, and its service principal in this tenant with it. It can be restored for 30
// days. https://learn.microsoft.com/graph/api/application-delete
func (c *Client) DeleteApplication(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /applications/{id}", func(ctx context.Context) error {
		return applications.NewApplicationsRequestBuilderInternal(root(), c.adapter).ByApplicationId(id).Delete(ctx, nil)
	}, id)
}

func (c *Client) subscriptions() *subscriptions.SubscriptionsRequestBuilder {
	return subscriptions.NewSubscriptionsRequestBuilderInternal(root(), c.adapter)
}

// Subscriptions lists the change notifications that the acting app itself asked for; an app does not see those of others. The name is the
// resource. https://learn.microsoft.com/graph/api/subscription-list
func (c *Client) Subscriptions(ctx context.Context) ([]m365.Object, error) {
	l := listing[models.Subscriptionable, models.SubscriptionCollectionResponseable]{
		name: "GET /subscriptions", label: models.Subscriptionable.GetResource,
	}
	l.fetch = func(ctx context.Context, link string) (models.SubscriptionCollectionResponseable, error) {
		if link != "" {
			return c.subscriptions().WithUrl(link).Get(ctx, nil)
		}
		return c.subscriptions().Get(ctx, nil)
	}
	return all(ctx, c, l, "")
}

// DeleteSubscription ends one change notification. https://learn.microsoft.com/graph/api/subscription-delete
func (c *Client) DeleteSubscription(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /subscriptions/{id}", func(ctx context.Context) error {
		return c.subscriptions().BySubscriptionId(id).Delete(ctx, nil)
	}, id)
}

func (c *Client) deleted(id string) *directory.DeletedItemsDirectoryObjectItemRequestBuilder {
	return directory.NewDeletedItemsRequestBuilderInternal(root(), c.adapter).ByDirectoryObjectId(id)
}

// Deleted reads a soft-deleted object by its id. Absent: class gone. One of another kind is refused: the id is not what it was taken for.
// https://learn.microsoft.com/graph/api/directory-deleteditems-get
func (c *Client) Deleted(ctx context.Context, kind m365.DeletedKind, id string) (m365.Object, error) {
	const name = "GET /directory/deletedItems/{id}"
	object, o, err := get(ctx, name, id, func(ctx context.Context) (models.DirectoryObjectable, error) {
		return c.deleted(id).Get(ctx, nil)
	}, func(models.DirectoryObjectable) *string { return nil })
	if err != nil {
		return m365.Object{}, err
	}
	call := &transport.Call{Name: name}
	if text(object.GetOdataType()) != "#microsoft.graph."+string(kind) || !strings.EqualFold(o.ID, id) {
		return m365.Object{}, transport.Malformed(API, call, "the answer is not the deleted %s", kind)
	}
	var named struct {
		Name string `json:"displayName"` // each kind has it, but not what they have in common
	}
	if err := json.Unmarshal(o.Raw, &named); err != nil {
		return m365.Object{}, transport.Failed(err, API, call)
	}
	o.Name = named.Name
	return o, nil
}

// Purge removes a soft-deleted object for good. Groups cannot be purged by an app, and what is protected from it not for some days: both
// are refused. https://learn.microsoft.com/graph/api/directory-deleteditems-delete
func (c *Client) Purge(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /directory/deletedItems/{id}", func(ctx context.Context) error { return c.deleted(id).Delete(ctx, nil) }, id)
}
