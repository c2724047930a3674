package step_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
)

func (c *simClient) graph(ctx context.Context, method, path string) (answer, error) {
	token, err := c.token(ctx, "https://graph.microsoft.com")
	if err != nil {
		return answer{}, err
	}
	return c.do(ctx, "graph", method+" "+path, method, "/v1.0"+path, token, nil, nil)
}

// entity has what the steps read of any directory object.
type entity struct {
	ID       string     `json:"id"`
	Name     string     `json:"displayName"`
	Created  *time.Time `json:"createdDateTime"`
	AppID    string     `json:"appId"`
	Type     string     `json:"servicePrincipalType"`
	OwnerOrg string     `json:"appOwnerOrganizationId"`
	Enabled  bool       `json:"accountEnabled"`
	Role     string     `json:"roleDefinitionId"`
	Scope    string     `json:"scope"`
}

func object(raw json.RawMessage) (m365.Object, entity, error) {
	var e entity
	err := json.Unmarshal(raw, &e)
	name := e.Name
	for _, other := range []string{e.Role, e.Scope} {
		if name == "" {
			name = other
		}
	}
	return m365.Object{ID: e.ID, Name: name, Created: e.Created, Raw: raw}, e, err
}

func (c *simClient) one(ctx context.Context, path string) (m365.Object, entity, error) {
	a, err := c.graph(ctx, http.MethodGet, path)
	if err != nil {
		return m365.Object{}, entity{}, err
	}
	return object(a.body)
}

func (c *simClient) list(ctx context.Context, path string) ([]m365.Object, error) {
	var out []m365.Object
	for path != "" {
		a, err := c.graph(ctx, http.MethodGet, path)
		if err != nil {
			return nil, err
		}
		var p page
		if err := json.Unmarshal(a.body, &p); err != nil {
			return nil, err
		}
		for _, raw := range p.Value {
			o, _, err := object(raw)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
		path = strings.TrimPrefix(p.Next, c.base+"/v1.0")
	}
	return out, nil
}

func (c *simClient) remove(ctx context.Context, path string) (m365.Receipt, error) {
	a, err := c.graph(ctx, http.MethodDelete, path)
	return receipt(ctx, "DELETE "+path, a), err
}

func filter(text string) string { return "?$filter=" + url.QueryEscape(text) }

func (c *simClient) ServicePrincipalByAppID(ctx context.Context, appID string) (m365.ServicePrincipal, error) {
	o, e, err := c.one(ctx, "/servicePrincipals(appId='"+appID+"')")
	return m365.ServicePrincipal{Object: o, AppID: e.AppID, Type: e.Type, OwnerOrgID: e.OwnerOrg, Enabled: e.Enabled}, err
}

func (c *simClient) DeleteServicePrincipal(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/servicePrincipals/"+id)
}

func (c *simClient) RoleAssignments(ctx context.Context, principalID string) ([]m365.Object, error) {
	return c.list(ctx, "/roleManagement/directory/roleAssignments"+filter("principalId eq '"+principalID+"'"))
}

func (c *simClient) DeleteRoleAssignment(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/roleManagement/directory/roleAssignments/"+id)
}

func (c *simClient) AppRoleAssignments(ctx context.Context, principalID string) ([]m365.Object, error) {
	return c.list(ctx, "/servicePrincipals/"+principalID+"/appRoleAssignments")
}

func (c *simClient) DeleteAppRoleAssignment(ctx context.Context, principalID, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/servicePrincipals/"+principalID+"/appRoleAssignments/"+id)
}

func (c *simClient) Grants(ctx context.Context, principalID string) ([]m365.Object, error) {
	return c.list(ctx, "/servicePrincipals/"+principalID+"/oauth2PermissionGrants")
}

func (c *simClient) DeleteGrant(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/oauth2PermissionGrants/"+id)
}

func (c *simClient) GroupsByName(ctx context.Context, name string) ([]m365.Object, error) {
	return c.list(ctx, "/groups"+filter("displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'"))
}

func (c *simClient) Group(ctx context.Context, id string) (m365.Object, error) {
	o, _, err := c.one(ctx, "/groups/"+id)
	return o, err
}

func (c *simClient) DeleteGroup(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/groups/"+id)
}

func (c *simClient) User(ctx context.Context, idOrUPN string) (m365.Object, error) {
	o, _, err := c.one(ctx, "/users/"+url.PathEscape(idOrUPN)+
		"?$select=id,userPrincipalName,displayName,userType,accountEnabled,onPremisesSyncEnabled,createdDateTime")
	return o, err
}
