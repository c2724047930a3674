package step

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// directoryGroup is a group that Microsoft Graph removes: a Microsoft 365 group or a plain security group. Graph refuses all other
// mail-enabled groups, and Exchange refuses Microsoft 365 groups to an app: https://learn.microsoft.com/graph/api/group-delete
type directoryGroup struct{ unified bool }

func (k directoryGroup) kind() deprovision.ArtifactKind {
	if k.unified {
		return footprint.Microsoft365Group
	}
	return footprint.SecurityGroup
}

// list asks for the groups by the names that the product publishes. Microsoft 365 groups are also listed whole by Exchange, so that a near
// match is seen; a near match among security groups is not.
func (k directoryGroup) list(ctx context.Context, j *job) ([]m365.Object, error) {
	var out []m365.Object
	add := func(objects ...m365.Object) error {
		for _, o := range objects {
			match, err := k.holds(o)
			if err != nil {
				return err
			}
			if _, twice := byID(out, o.ID); match && !twice {
				out = append(out, o)
			}
		}
		return nil
	}
	for _, e := range j.service.Artifacts {
		if e.Kind != k.kind() {
			continue
		}
		for _, name := range e.Names {
			found, err := j.tenant.Directory.GroupsByName(ctx, name)
			if err != nil {
				return nil, err
			}
			if err := add(found...); err != nil {
				return nil, err
			}
		}
	}
	if !k.unified {
		return out, nil
	}
	return k.addListed(ctx, j.tenant, out)
}

// addListed adds what Exchange lists and Graph was not asked for by name.
func (directoryGroup) addListed(ctx context.Context, t m365.Tenant, out []m365.Object) ([]m365.Object, error) {
	const cmdlet = "Get-UnifiedGroup"
	rows, err := t.Exchange.Get(ctx, cmdlet, unlimited)
	if err != nil {
		return nil, err
	}
	for _, raw := range rows {
		o, err := exchangeObject(cmdlet, raw)
		if err != nil {
			return nil, err
		}
		var row struct{ DisplayName, ExternalDirectoryObjectId string }
		if err := json.Unmarshal(raw, &row); err != nil || row.ExternalDirectoryObjectId == "" {
			return nil, unreadable(cmdlet, "a group without ExternalDirectoryObjectId", err)
		}
		o.ID, o.Name = row.ExternalDirectoryObjectId, row.DisplayName // the directory's own, as Graph knows it
		if _, twice := byID(out, o.ID); !twice {
			out = append(out, o)
		}
	}
	return out, nil
}

// holds reports whether a group of the directory is of this kind.
func (k directoryGroup) holds(o m365.Object) (bool, error) {
	var g struct {
		GroupTypes      []string `json:"groupTypes"`
		MailEnabled     *bool    `json:"mailEnabled"`
		SecurityEnabled *bool    `json:"securityEnabled"`
	}
	if err := json.Unmarshal(o.Raw, &g); err != nil || g.MailEnabled == nil || g.SecurityEnabled == nil {
		return false, unreadable("GET /groups", "a group without mailEnabled and securityEnabled", err)
	}
	unified := slices.Contains(g.GroupTypes, "Unified")
	if k.unified {
		return unified, nil
	}
	return !unified && !*g.MailEnabled && *g.SecurityEnabled, nil
}

func (directoryGroup) read(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Object, bool, error) {
	o, err := t.Directory.Group(ctx, a.ID)
	if gone(err) {
		return m365.Object{}, false, nil
	}
	return o, err == nil, err
}

func (directoryGroup) remove(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Receipt, error) {
	return t.Directory.DeleteGroup(ctx, a.ID)
}
