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
	return j.stop("missing-rights", "Missing: "+strings.Join(missing, "; ")+".",
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
	held, missing, err := j.held(ctx)
	if err != nil || len(missing) > 0 {
		return missing, err
	}
	for _, r := range j.service.Needs(plan) {
		if !held.cover(r) {
			missing = append(missing, describe(r))
		}
	}
	return missing, nil
}

// held reads the rights of the acting identity. What it may not even read is missing.
func (j *job) held(ctx context.Context) (held rights, missing []string, err error) {
	forbidden := func(what string, err error) error {
		refused := err != nil && deprovision.ClassOf(err) == deprovision.Forbidden || gone(err)
		if !refused {
			return err
		}
		missing = append(missing, what)
		return nil
	}
	held.cmdlets, err = j.tenant.Exchange.Cmdlets(ctx)
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

// permissions lists the names of Microsoft Graph's application permissions that a principal has. An assignment names a permission by an
// id; the names stand in the service principal of Microsoft Graph.
func permissions(ctx context.Context, d m365.Directory, principalID string) ([]string, error) {
	assigned, err := d.AppRoleAssignments(ctx, principalID)
	if err != nil {
		return nil, err
	}
	graph, err := d.ServicePrincipalByAppID(ctx, graphAppID)
	if err != nil {
		return nil, err
	}
	var defined struct {
		AppRoles []struct{ ID, Value string } `json:"appRoles"`
	}
	if err := json.Unmarshal(graph.Raw, &defined); err != nil {
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
			if strings.EqualFold(of.ResourceID, graph.ID) && strings.EqualFold(of.RoleID, role.ID) {
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
	return slices.Contains(h.roles, globalAdministrator) ||
		slices.ContainsFunc(r.Permissions, func(p string) bool { return slices.Contains(h.permissions, p) }) ||
		slices.ContainsFunc(h.roles, func(role string) bool { return r.Roles[role] != "" })
}

// describe names a right and what would give it.
func describe(r footprint.Right) string {
	if r.Cmdlet != "" {
		return r.Cmdlet + " (Exchange role)"
	}
	ways := slices.Clone(r.Permissions)
	for _, name := range r.Roles {
		ways = append(ways, "role "+name)
	}
	slices.Sort(ways)
	return fmt.Sprintf("%s (%s)", r.Call, strings.Join(ways, " or "))
}
