package graph

import (
	"context"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipalswithappid"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (c *Client) principals() *serviceprincipals.ServicePrincipalsRequestBuilder {
	return serviceprincipals.NewServicePrincipalsRequestBuilderInternal(root(), c.adapter)
}

// ServicePrincipalByAppID reads the service principal of an app, a GUID. Absent: class gone.
// https://learn.microsoft.com/graph/api/serviceprincipal-get
func (c *Client) ServicePrincipalByAppID(ctx context.Context, appID string) (m365.ServicePrincipal, error) {
	const name = "GET /servicePrincipals(appId='{appId}')"
	if !deprovision.ValidAppID(appID) {
		err := &deprovision.Invalid{Field: "appId", Value: appID, Allowed: "a GUID"}
		return m365.ServicePrincipal{}, transport.Malformed(API, &transport.Call{Name: name}, "%w", err)
	}
	send := func(ctx context.Context) (models.ServicePrincipalable, error) {
		return serviceprincipalswithappid.NewServicePrincipalsWithAppIdRequestBuilderInternal(root(), c.adapter, &appID).Get(ctx, nil)
	}
	sp, o, err := get(ctx, name, appID, send, models.ServicePrincipalable.GetDisplayName)
	if err != nil {
		return m365.ServicePrincipal{}, err
	}
	if !strings.EqualFold(text(sp.GetAppId()), appID) {
		return m365.ServicePrincipal{}, transport.Malformed(API, &transport.Call{Name: name}, "the answer is another app's service principal")
	}
	out := m365.ServicePrincipal{Object: o, AppID: text(sp.GetAppId()), Type: text(sp.GetServicePrincipalType())}
	if owner := sp.GetAppOwnerOrganizationId(); owner != nil {
		out.OwnerOrgID = owner.String()
	}
	if enabled := sp.GetAccountEnabled(); enabled != nil {
		out.Enabled = *enabled
	}
	return out, nil
}

// DeleteServicePrincipal removes a service principal, with its consents, by its object id. It can be restored for 30 days.
// https://learn.microsoft.com/graph/api/serviceprincipal-delete
func (c *Client) DeleteServicePrincipal(ctx context.Context, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /servicePrincipals/{id}", func(ctx context.Context) error {
		return c.principals().ByServicePrincipalId(id).Delete(ctx, nil)
	}, id)
}

// AppRoleAssignments lists the application consents that a principal was given; the name is the resource's.
// https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments
func (c *Client) AppRoleAssignments(ctx context.Context, principalID string) ([]m365.Object, error) {
	l := listing[models.AppRoleAssignmentable, models.AppRoleAssignmentCollectionResponseable]{
		name:  "GET /servicePrincipals/{id}/appRoleAssignments",
		label: models.AppRoleAssignmentable.GetResourceDisplayName,
		owner: func(a models.AppRoleAssignmentable) *string { return guid(a.GetPrincipalId()) },
	}
	if err := checkID(&transport.Call{Name: l.name}, principalID); err != nil {
		return nil, err
	}
	b := c.principals().ByServicePrincipalId(principalID).AppRoleAssignments()
	l.fetch = func(ctx context.Context, link string) (models.AppRoleAssignmentCollectionResponseable, error) {
		if link != "" {
			return b.WithUrl(link).Get(ctx, nil)
		}
		return b.Get(ctx, nil)
	}
	return all(ctx, c, l, strings.ToLower(principalID))
}

// DeleteAppRoleAssignment takes back one application consent.
// https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignments
func (c *Client) DeleteAppRoleAssignment(ctx context.Context, principalID, id string) (m365.Receipt, error) {
	return remove(ctx, "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}", func(ctx context.Context) error {
		return c.principals().ByServicePrincipalId(principalID).AppRoleAssignments().ByAppRoleAssignmentId(id).Delete(ctx, nil)
	}, principalID, id)
}
