package step

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What hangs on the service principal of the account's App Id: a directory role, consents, and at last the principal itself. Lists start
// from the App Id; a display name never leads to any of them.

type roleAssignment struct{}

func (roleAssignment) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return j.ofPrincipal(ctx, footprint.RoleAssignment, j.tenant.Directory.RoleAssignments)
}

func (roleAssignment) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	return readOf(ctx, j.tenant.Directory.RoleAssignments, a)
}

func (roleAssignment) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Directory.DeleteRoleAssignment(ctx, a.ID)
}

type permissionGrant struct{}

func (permissionGrant) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return j.ofPrincipal(ctx, footprint.PermissionGrant, j.tenant.Directory.Grants)
}

func (permissionGrant) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	return readOf(ctx, j.tenant.Directory.Grants, a)
}

func (permissionGrant) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Directory.DeleteGrant(ctx, a.ID)
}

type appRoleAssignment struct{}

func (appRoleAssignment) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return j.ofPrincipal(ctx, footprint.AppRoleAssignment, j.tenant.Directory.AppRoleAssignments)
}

func (appRoleAssignment) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	return readOf(ctx, j.tenant.Directory.AppRoleAssignments, a)
}

func (appRoleAssignment) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	principal, err := holder(a)
	if err != nil {
		return m365.Receipt{}, err
	}
	return j.tenant.Directory.DeleteAppRoleAssignment(ctx, principal, a.ID)
}

type servicePrincipal struct{}

func (servicePrincipal) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	sp, err := j.principal(ctx)
	if sp == nil || err != nil {
		return nil, err
	}
	return placed(footprint.ServicePrincipal, "GET /servicePrincipals", sp.Object, keys)
}

func (servicePrincipal) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	var before struct {
		AppID string `json:"appId"`
	}
	if err := json.Unmarshal(a.Before, &before); err != nil || before.AppID == "" {
		return reading{err: unplanned(a, "appId")}
	}
	sp, err := j.tenant.Directory.ServicePrincipalByAppID(ctx, before.AppID)
	if err != nil {
		return unread(err)
	}
	objects, err := placed(footprint.ServicePrincipal, "GET /servicePrincipals", sp.Object, keys)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a) // with the App Id there may be another one by now
}

func (servicePrincipal) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Directory.DeleteServicePrincipal(ctx, a.ID)
}

// lister lists what a principal has.
type lister = func(ctx context.Context, principalID string) ([]m365.Object, error)

// readOf looks for an artifact among what its holder has. A holder that is gone has nothing.
func readOf(ctx context.Context, list lister, a deprovision.Artifact) reading {
	principal, err := holder(a)
	if err != nil {
		return reading{err: err}
	}
	found, err := list(ctx, principal)
	if err != nil {
		return unread(err)
	}
	objects, err := parseAll(a.Kind, "GET "+string(a.Kind), found)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a)
}

// holder is the id of the principal that had the artifact when it was planned. A grant calls it its client; its principalId is a user.
func holder(a deprovision.Artifact) (string, error) {
	var before struct {
		ClientID    string `json:"clientId"`
		PrincipalID string `json:"principalId"`
	}
	if err := json.Unmarshal(a.Before, &before); err != nil {
		return "", unplanned(a, "a principal")
	}
	if before.ClientID != "" {
		return before.ClientID, nil
	}
	if before.PrincipalID == "" {
		return "", unplanned(a, "a principal")
	}
	return before.PrincipalID, nil
}

func unplanned(a deprovision.Artifact, what string) error {
	return &deprovision.Failure{Class: deprovision.Malformed, API: "step", Call: string(a.Kind),
		Err: fmt.Errorf("the plan's before-state of %s does not name %s", a.Name, what)}
}
