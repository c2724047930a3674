package step

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// verifyRemoval reads everything of the plan again. What the directory holds has to be absent twice in a row, with a pause in between: it
// is eventually consistent, and one answer of "not found" is no proof. What was left on purpose is named, not waited for; so is what has
// appeared since the plan was made.
type verifyRemoval struct{}

// pause is the least time between two reads that prove an object of the directory gone.
const pause = 10 * time.Second

func (verifyRemoval) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	s := j.patience()
	if s.Absent != nil && j.now().Before(s.Absent.Add(pause)) { // woken early
		until := s.Absent.Add(pause)
		return engine.Result{Park: &until, Detail: "reading the directory again"}, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	present, err := j.present(ctx, plan.Artifacts)
	if err != nil {
		return engine.Result{}, err
	}
	still := slices.DeleteFunc(slices.Clone(present), j.isLeft)
	gone := slices.DeleteFunc(slices.Clone(plan.Artifacts), func(a deprovision.Artifact) bool { return has(present, a) })
	switch {
	case len(still) > 0:
		return j.wait(s, still, "still-there", "Whatever the calls answered, these are not gone."), nil
	case s.Absent == nil && slices.ContainsFunc(gone, inDirectory):
		now := j.now().UTC()
		s.Absent, s.Still = &now, nil
		until := now.Add(pause)
		return engine.Result{Apply: j.keep(s), Park: &until, Detail: "everything is gone at the first read; reading the directory again"}, nil
	}
	since, err := j.appeared(ctx, plan)
	if err != nil {
		return engine.Result{}, err
	}
	left := append(beforehand(j.service, plan), since...)
	for _, a := range present { // of a step that was left out: removed before, and there all the same
		if !listed(j.service, j.state, a) {
			left = append(left, j.service.Remain(a, "called about, and still there"))
		}
	}
	return engine.Result{Apply: all(
		note(VerifyRemoval, fmt.Sprintf("%d artifacts read as absent at %s", len(gone), j.now().UTC().Format(time.RFC3339))),
		j.drop(gone), leave(left...),
		func(p *deprovision.Progress) {
			p.Steps[p.Step].Done, p.Steps[p.Step].Total = len(gone), len(plan.Artifacts)
		},
	)}, nil
}

// inDirectory reports whether an artifact is an object of Entra.
func inDirectory(a deprovision.Artifact) bool {
	return slices.Contains(shared, a.Kind) || a.Kind == footprint.Microsoft365Group || a.Kind == footprint.SecurityGroup
}

func has(artifacts []deprovision.Artifact, a deprovision.Artifact) bool {
	return slices.ContainsFunc(artifacts, func(b deprovision.Artifact) bool { return a.Kind == b.Kind && a.ID == b.ID })
}
