package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// purge removes for good what the directory keeps to be restored. It is run where a request asks for it, after everything was verified.
type purge struct{}

// purgeable are the kinds that the directory keeps for 30 days; https://learn.microsoft.com/graph/api/directory-deleteditems-delete
var purgeable = map[deprovision.ArtifactKind]m365.DeletedKind{
	footprint.Microsoft365Group: m365.DeletedGroup, footprint.ServicePrincipal: m365.DeletedPrincipal,
	footprint.AppRegistration: m365.DeletedApplication, footprint.DelegateUser: m365.DeletedUser, footprint.AppPrincipal: m365.DeletedPrincipal,
}

func (purge) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	list := slices.DeleteFunc(purgeables(plan), j.isLeft)
	for i := j.state.Cursor; i < len(list); i++ {
		change, err := j.purgeOne(ctx, list[i])
		if err != nil {
			return engine.Result{}, err
		}
		if err := j.work.Advance(ctx, change); err != nil {
			return engine.Result{}, err
		}
	}
	total := func(p *deprovision.Progress) { p.Steps[p.Step].Total = len(list) } // without what was left before
	return engine.Result{Apply: all(total, note(Purge, fmt.Sprintf("%d objects cannot be restored any more, or are named as left", len(list))))}, nil
}

// purgeables are what the directory keeps of the plan.
func purgeables(plan deprovision.Plan) []deprovision.Artifact {
	return slices.DeleteFunc(slices.Clone(plan.Artifacts), func(a deprovision.Artifact) bool { return purgeable[a.Kind] == "" })
}

// purgeOne purges one object. What the directory will not purge is left to lapse, and named.
func (j *job) purgeOne(ctx context.Context, a deprovision.Artifact) (func(*deprovision.Progress), error) {
	id, err := inDirectory(a)
	if err != nil {
		return nil, err
	}
	if _, err = j.tenant.Identities.Deleted(ctx, purgeable[a.Kind], id); err == nil {
		_, err = j.tenant.Identities.Purge(m365.WithCallID(ctx, callID(j.state.Request.Ref(), deprovision.Artifact{Kind: "purge", ID: a.ID})), id)
	}
	switch class := deprovision.ClassOf(err); {
	case err == nil || class == deprovision.Gone:
		return nil, nil
	case class == deprovision.Forbidden || class == deprovision.Malformed:
		return leave(deprovision.Remainder{Name: fmt.Sprintf("deleted %s %s (%s)", a.Kind, a.Name, a.ID),
			Instructions: "It can still be restored, for at most 30 days: it was not purged (" + reason(err) + ")."}), nil
	}
	return nil, err
}

// inDirectory is the id by which the directory keeps what was deleted: of a principal of Azure ACS, that of the service principal that it went with.
func inDirectory(a deprovision.Artifact) (string, error) {
	if a.Kind != footprint.AppPrincipal {
		return a.ID, nil
	}
	var before struct{ PrincipalObjectID string }
	if err := decode(a, &before); err != nil || before.PrincipalObjectID == "" {
		return "", unplanned(a, "a service principal")
	}
	return before.PrincipalObjectID, nil
}
