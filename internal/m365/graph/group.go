package graph

import (
	"context"

	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (c *Client) groups() *groups.GroupsRequestBuilder {
	return groups.NewGroupsRequestBuilderInternal(root(), c.adapter)
}

// GroupsByName lists the groups of every kind with this display name. The service compares without case: compare each row.
// https://learn.microsoft.com/graph/api/group-list
func (c *Client) GroupsByName(ctx context.Context, name string) ([]m365.Object, error) {
	l := listing[models.Groupable, models.GroupCollectionResponseable]{name: "GET /groups", label: models.Groupable.GetDisplayName}
	if name == "" {
		return nil, transport.Malformed(API, &transport.Call{Name: l.name}, "%w", &deprovision.Invalid{Field: "name", Allowed: "a display name"})
	}
	filter := "displayName eq " + quote(name)
	first := &groups.GroupsRequestBuilderGetRequestConfiguration{QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Filter: &filter}}
	l.fetch = func(ctx context.Context, link string) (models.GroupCollectionResponseable, error) {
		if link != "" {
			return c.groups().WithUrl(link).Get(ctx, nil)
		}
		return c.groups().Get(ctx, first)
	}
	return all(ctx, c, l, "")
}

// Group reads a group by its id. Absent: class gone.
// https://learn.microsoft.com/graph/api/group-get
func (c *Client) Group(ctx context.Context, id string) (m365.Object, error) {
	_, o, err := get(ctx, "GET /groups/{id}", id, func(ctx context.Context) (models.Groupable, error) {
		return c.groups().ByGroupId(id).Get(ctx, nil)
	}, models.Groupable.GetDisplayName)
	return o, err
}

// DeleteGroup removes a Microsoft 365 group, which can be restored for 30 days, or a security group, which cannot. Groups that are
// mail-enabled otherwise belong to Exchange and fail as malformed.
// https://learn.microsoft.com/graph/api/group-delete
func (c *Client) DeleteGroup(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /groups/{id}", func(ctx context.Context) error { return c.groups().ByGroupId(id).Delete(ctx, nil) }, id)
}

// userFields are asked for by name: the default leaves out whether an account is enabled, and where it is mastered.
var userFields = []string{
	"id", "userPrincipalName", "displayName", "mail", "userType", "accountEnabled", "onPremisesSyncEnabled", "createdDateTime", "deletedDateTime",
}

// User reads a user by id or user principal name. Absent: class gone.
// https://learn.microsoft.com/graph/api/user-get
func (c *Client) User(ctx context.Context, idOrUPN string) (m365.Object, error) {
	config := &users.UserItemRequestBuilderGetRequestConfiguration{QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: userFields}}
	_, o, err := get(ctx, "GET /users/{id}", idOrUPN, func(ctx context.Context) (models.Userable, error) {
		return users.NewUsersRequestBuilderInternal(root(), c.adapter).ByUserId(idOrUPN).Get(ctx, config)
	}, models.Userable.GetDisplayName)
	return o, err
}
