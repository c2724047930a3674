package step

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// graphAppID is the App Id of Microsoft Graph in every tenant.
const graphAppID = "00000003-0000-0000-c000-000000000000"

// sharePointApp is the App Id of SharePoint Online in every tenant.
const sharePointApp = "00000003-0000-0ff1-ce00-000000000000"

// verifyPrivileges makes sure that the acting identity holds every right that this footprint needs, before anything is touched.
type verifyPrivileges struct{}

func (verifyPrivileges) run(ctx context.Context, j *job) (engine.Result, error) {
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	missing, err := j.missing(ctx, deprovision.Plan{})
	if err != nil {
		return engine.Result{}, err
	}
	if len(missing) > 0 {
		return j.missingRights(missing), nil
	}
	return engine.Result{}, nil
}

// missingRights is the stop that names them.
func (j *job) missingRights(missing []string) engine.Result {
	return j.stop(deprovision.StopMissingRights, "Missing: "+strings.Join(missing, "; ")+".",
		deprovision.Credentials, deprovision.Retry, deprovision.Cancel, deprovision.Force)
}

// rights are what an identity may do.
type rights struct {
	cmdlets     []string
	permissions []string // application permissions of Microsoft Graph, by name
	roles       []string // directory roles, by template id
}

// missing lists, for a person, what the acting identity lacks: for every plan, and for the kinds that this one has.
func (j *job) missing(ctx context.Context, plan deprovision.Plan) ([]string, error) {
	needs := j.service.Needs(j.account, plan)
	held, missing, err := j.held(ctx, slices.ContainsFunc(needs, func(r footprint.Right) bool { return r.Cmdlet != "" }))
	if err != nil || len(missing) > 0 {
		return missing, err
	}
	if j.walksSites() && j.tenant.SharePoint == nil {
		missing = append(missing, "the address of SharePoint: tenants."+j.state.Request.Tenant+
			".sharePoint in the worker's configuration, or endpoints.sharePoint of a custom cloud")
	}
	for _, r := range needs {
		if !held.cover(r) {
			missing = append(missing, describe(r))
		}
	}
	return missing, nil
}

// held reads the rights of the acting identity. What it may not even read is missing.
func (j *job) held(ctx context.Context, cmdlets bool) (held rights, missing []string, err error) {
	forbidden := func(what string, err error) error {
		refused := err != nil && deprovision.ClassOf(err) == deprovision.Forbidden || gone(err)
		if !refused {
			return err
		}
		missing = append(missing, what)
		return nil
	}
	if cmdlets {
		held.cmdlets, err = j.tenant.Exchange.Cmdlets(ctx)
	}
	if err = forbidden("access to Exchange: the permission Exchange.ManageAsApp and the role Exchange Administrator", err); err != nil {
		return held, nil, err
	}
	self, err := j.tenant.Directory.ServicePrincipalByAppID(ctx, j.tenant.ActingApp)
	if err != nil {
		return held, missing, forbidden("reading its own service principal: the permission Application.Read.All", err)
	}
	roles, err := j.tenant.Directory.RoleAssignments(ctx, self.ID)
	if err = forbidden("reading its own roles: the permission RoleManagement.Read.Directory", err); err != nil {
		return held, nil, err
	}
	for _, r := range roles {
		var of struct{ DirectoryScopeID string }
		if err := json.Unmarshal(r.Raw, &of); err != nil {
			return held, nil, unreadable("GET /roleManagement/directory/roleAssignments", err)
		}
		if of.DirectoryScopeID == "/" { // not for a part of the directory only
			held.roles = append(held.roles, r.Name)
		}
	}
	held.permissions, err = permissions(ctx, j.tenant.Directory, self.ID)
	return held, missing, forbidden("reading its own permissions: the permission Application.Read.All", err)
}

// resources are the APIs whose application permissions count, with what their names begin with here.
var resources = map[string]string{graphAppID: "", sharePointApp: "SharePoint/"}

// permissions lists the names of the application permissions that a principal has.
func permissions(ctx context.Context, d m365.Directory, principalID string) ([]string, error) {
	assigned, err := d.AppRoleAssignments(ctx, principalID)
	if err != nil {
		return nil, err
	}
	var names []string
	for app, prefix := range resources {
		of, err := permissionsOf(ctx, d, app, assigned)
		absent := gone(err) && app != graphAppID // a tenant without SharePoint
		if err != nil && !absent {
			return nil, err
		}
		for _, name := range of {
			names = append(names, prefix+name)
		}
	}
	return names, nil
}

// permissionsOf lists the names of one API's permissions. An assignment names a permission by an id; the names stand in the service principal
// of the API.
func permissionsOf(ctx context.Context, d m365.Directory, app string, assigned []m365.Object) ([]string, error) {
	api, err := d.ServicePrincipalByAppID(ctx, app)
	if err != nil {
		return nil, err
	}
	var defined struct {
		AppRoles []struct{ ID, Value string } `json:"appRoles"`
	}
	if err := json.Unmarshal(api.Raw, &defined); err != nil {
		return nil, unreadable("GET /servicePrincipals", err)
	}
	var names []string
	for _, a := range assigned {
		var of struct {
			RoleID     string `json:"appRoleId"`
			ResourceID string `json:"resourceId"`
		}
		if err := json.Unmarshal(a.Raw, &of); err != nil {
			return nil, unreadable("GET /servicePrincipals/{id}/appRoleAssignments", err)
		}
		for _, role := range defined.AppRoles {
			if strings.EqualFold(of.ResourceID, api.ID) && strings.EqualFold(of.RoleID, role.ID) {
				names = append(names, role.Value)
			}
		}
	}
	return names, nil
}

// cover reports whether the rights allow a call.
func (h rights) cover(r footprint.Right) bool {
	if r.Cmdlet != "" {
		return slices.ContainsFunc(h.cmdlets, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), r.Cmdlet) })
	}
	if slices.ContainsFunc(r.Permissions, func(p string) bool { return slices.Contains(h.permissions, p) }) {
		return true
	}
	return !r.NoRole && (slices.Contains(h.roles, globalAdministrator) || slices.ContainsFunc(h.roles, func(role string) bool { return r.Roles[role] != "" }))
}

// describe names a right and what would give it.
func describe(r footprint.Right) string {
	if r.Cmdlet != "" {
		return r.Needs()
	}
	return fmt.Sprintf("%s (%s)", r.Call, r.Needs())
}
