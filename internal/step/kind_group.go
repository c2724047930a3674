package step

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// directoryGroup is a group that Microsoft Graph removes: a Microsoft 365 group or a plain security group. Graph refuses all other
// mail-enabled groups, and Exchange refuses Microsoft 365 groups to an app: https://learn.microsoft.com/graph/api/group-delete
type directoryGroup struct{ name deprovision.ArtifactKind }

// list asks for the groups by the names that the product publishes. Microsoft 365 groups are also listed whole by Exchange, so that a near
// match is seen; a near match among security groups is not.
func (k directoryGroup) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	var found []m365.Object
	for _, e := range j.service.Artifacts {
		if e.Kind != k.name {
			continue
		}
		for _, name := range e.Names {
			groups, err := j.tenant.Directory.GroupsByName(ctx, name)
			if err != nil {
				return nil, err
			}
			found = append(found, groups...)
		}
	}
	var out []footprint.Object
	for _, g := range found {
		of, err := groupKind(g)
		if err != nil {
			return nil, err
		}
		if of != k.name {
			continue
		}
		objects, err := parse(k.name, "GET /groups", g.Raw)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	if k.name != footprint.Microsoft365Group {
		return out, nil
	}
	listed, err := rows(ctx, j.tenant, k.name, "Get-UnifiedGroup", everything[0])
	for _, o := range listed {
		if _, twice := byID(out, o.ID); !twice { // as the directory has it, rather
			out = append(out, o)
		}
	}
	return out, err
}

// groupKind tells who removes a group of the directory; "" for what Exchange removes.
func groupKind(o m365.Object) (deprovision.ArtifactKind, error) {
	var g struct {
		GroupTypes      []string `json:"groupTypes"`
		MailEnabled     *bool    `json:"mailEnabled"`
		SecurityEnabled *bool    `json:"securityEnabled"`
	}
	if err := json.Unmarshal(o.Raw, &g); err != nil {
		return "", unreadable("GET /groups", err)
	}
	switch {
	case slices.Contains(g.GroupTypes, "Unified"):
		return footprint.Microsoft365Group, nil
	case g.MailEnabled == nil || g.SecurityEnabled == nil:
		return "", unreadable("GET /groups", errors.New("a group without mailEnabled or securityEnabled"))
	case !*g.MailEnabled && *g.SecurityEnabled:
		return footprint.SecurityGroup, nil
	}
	return "", nil
}

func (k directoryGroup) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	g, err := j.tenant.Directory.Group(ctx, a.ID)
	if err != nil {
		return unread(err)
	}
	objects, err := parse(k.name, "GET /groups/{id}", g.Raw)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a)
}

func (directoryGroup) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Directory.DeleteGroup(ctx, a.ID)
}
