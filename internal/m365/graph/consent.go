package graph

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
	"github.com/microsoftgraph/msgraph-sdk-go/rolemanagement"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// guid is a model's GUID as text, in lower case, or nil.
func guid(id *uuid.UUID) *string {
	if id == nil {
		return nil
	}
	s := id.String()
	return &s
}

// lower is a model's text in lower case: ids are compared without case.
func lower(s *string) *string {
	l := strings.ToLower(text(s))
	return &l
}

// quote writes a text as a literal of OData.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Grants lists the delegated consents that were given to a principal as a client; the name is their scope.
// https://learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants
func (c *Client) Grants(ctx context.Context, principalID string) ([]m365.Object, error) {
	l := listing[models.OAuth2PermissionGrantable, models.OAuth2PermissionGrantCollectionResponseable]{
		name:  "GET /servicePrincipals/{id}/oauth2PermissionGrants",
		label: models.OAuth2PermissionGrantable.GetScope,
		owner: func(g models.OAuth2PermissionGrantable) *string { return lower(g.GetClientId()) },
	}
	if err := checkID(&transport.Call{Name: l.name}, principalID); err != nil {
		return nil, err
	}
	b := c.principals().ByServicePrincipalId(principalID).Oauth2PermissionGrants()
	l.fetch = func(ctx context.Context, link string) (models.OAuth2PermissionGrantCollectionResponseable, error) {
		if link != "" {
			return b.WithUrl(link).Get(ctx, nil)
		}
		return b.Get(ctx, nil)
	}
	return all(ctx, c, l, strings.ToLower(principalID))
}

// DeleteGrant takes back one delegated consent. Tokens that were issued before live out their time.
// https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete
func (c *Client) DeleteGrant(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /oauth2PermissionGrants/{id}", func(ctx context.Context) error {
		return oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(root(), c.adapter).ByOAuth2PermissionGrantId(id).Delete(ctx, nil)
	}, id)
}

func (c *Client) assignments() *rolemanagement.DirectoryRoleAssignmentsRequestBuilder {
	return rolemanagement.NewDirectoryRoleAssignmentsRequestBuilderInternal(root(), c.adapter)
}

// RoleAssignments lists the directory roles that a principal holds itself; the name is the role's template id.
// https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
func (c *Client) RoleAssignments(ctx context.Context, principalID string) ([]m365.Object, error) {
	l := listing[models.UnifiedRoleAssignmentable, models.UnifiedRoleAssignmentCollectionResponseable]{
		name:  "GET /roleManagement/directory/roleAssignments",
		label: models.UnifiedRoleAssignmentable.GetRoleDefinitionId,
		owner: func(a models.UnifiedRoleAssignmentable) *string { return lower(a.GetPrincipalId()) },
	}
	if err := checkID(&transport.Call{Name: l.name}, principalID); err != nil {
		return nil, err
	}
	filter := "principalId eq " + quote(principalID)
	first := &rolemanagement.DirectoryRoleAssignmentsRequestBuilderGetRequestConfiguration{
		QueryParameters: &rolemanagement.DirectoryRoleAssignmentsRequestBuilderGetQueryParameters{Filter: &filter},
	}
	l.fetch = func(ctx context.Context, link string) (models.UnifiedRoleAssignmentCollectionResponseable, error) {
		if link != "" {
			return c.assignments().WithUrl(link).Get(ctx, nil)
		}
		return c.assignments().Get(ctx, first)
	}
	return all(ctx, c, l, strings.ToLower(principalID))
}

// DeleteRoleAssignment takes a directory role away.
// https://learn.microsoft.com/graph/api/unifiedroleassignment-delete
func (c *Client) DeleteRoleAssignment(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /roleManagement/directory/roleAssignments/{id}", func(ctx context.Context) error {
		return c.assignments().ByUnifiedRoleAssignmentId(id).Delete(ctx, nil)
	}, id)
}
