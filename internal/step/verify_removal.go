package step

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// verifyRemoval reads everything of the plan again, by id. Everything has to be absent twice in a row, with a pause in between: the services are
// eventually consistent, and one answer of "not found" is no proof. What was left on purpose is named, not waited for; so is what has appeared since
// the plan was made, among what is listed whole.
type verifyRemoval struct{}

const (
	pause   = 10 * time.Second // the least time between two reads that prove an object gone
	stretch = 200              // artifacts that are read between two appends, at most

	stretchText = 96 << 10 // bytes of their ids as JSON writes them, at most
)

func (verifyRemoval) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	s := j.patience()
	if s.Absent != nil && s.At == 0 && j.now().Before(s.Absent.Add(pause)) { // woken early
		until := s.Absent.Add(pause)
		return engine.Result{Park: &until, Detail: "reading again"}, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	if err := j.eyes(ctx, plan); err != nil {
		return engine.Result{}, err
	}
	present, rereads, err := j.pass(ctx, plan, &s)
	if err != nil {
		return engine.Result{}, err
	}
	still := slices.DeleteFunc(slices.Clone(present), j.isLeft)
	if len(still) <= unnamed(j.state.Remainder) { // as many were left as a document cannot name
		still = slices.DeleteFunc(still, func(a deprovision.Artifact) bool { return manyKinds[a.Kind] != nil })
	}
	switch {
	case len(still) > 0:
		return j.wait(s, still, "still-there", "Whatever the calls answered, these are not gone."), nil
	case s.Absent == nil && len(present) < len(plan.Artifacts):
		now := j.now().UTC()
		s.Absent, s.Still = &now, nil
		until := now.Add(pause)
		return engine.Result{Apply: j.keep(s), Rereads: rereads, Park: &until, Detail: "everything is gone at the first read; reading again"}, nil
	}
	r, err := j.verified(ctx, plan, present)
	if err == nil {
		r.Rereads = rereads
	}
	return r, err
}

// pass reads all artifacts once more, a stretch at a time, and returns those that are there, and the rereads of the last stretch: those of the others
// are in the journal. A pass that finds anything still there proves nothing, so it keeps no rereads from there on.
func (j *job) pass(ctx context.Context, plan deprovision.Plan, s *settling) (present []deprovision.Artifact, rereads []deprovision.Reread, err error) {
	there := map[string]bool{}
	place := map[string]int{}
	for i, a := range plan.Artifacts {
		place[keyOf(a)] = i
	}
	for _, i := range s.There {
		if i >= 0 && i < len(plan.Artifacts) {
			there[keyOf(plan.Artifacts[i])] = true
		}
	}
	for _, a := range plan.Artifacts[:min(s.At, len(plan.Artifacts))] { // of what was left on purpose, an earlier run kept nothing
		if j.isLeft(a) {
			there[keyOf(a)] = true
		}
	}
	for s.At < len(plan.Artifacts) {
		part := stretchOf(plan.Artifacts[s.At:])
		seen, err := j.look(ctx, part)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range seen.there {
			there[keyOf(a)] = true
			if len(s.There) < mostThere && !j.isLeft(a) {
				s.There = append(s.There, place[keyOf(a)])
			}
		}
		rereads = seen.absent
		if len(s.There) > 0 && unnamed(j.state.Remainder) == 0 { // with more left than the document names, what is there may be left on purpose
			rereads = nil
		}
		if s.At += len(part); s.At < len(plan.Artifacts) {
			done := s.At
			err := j.work.AdvanceBy(ctx, engine.Way{Rereads: rereads}, all(j.keep(*s), func(p *deprovision.Progress) {
				p.Steps[p.Step].Done, p.Steps[p.Step].Total = done, len(plan.Artifacts)
			}))
			if err != nil {
				return nil, nil, err
			}
		}
	}
	s.At, s.There = 0, nil
	return slices.DeleteFunc(slices.Clone(plan.Artifacts), func(a deprovision.Artifact) bool { return !there[keyOf(a)] }), rereads, nil
}

// stretchOf are the first artifacts that are read between two appends: fewer where their ids are long, because an append keeps a reread of each.
func stretchOf(artifacts []deprovision.Artifact) []deprovision.Artifact {
	room := stretchText
	for n, a := range artifacts[:min(len(artifacts), stretch)] {
		if room -= written(a.ID); room < 0 && n > 0 {
			return artifacts[:n]
		}
	}
	return artifacts[:min(len(artifacts), stretch)]
}

// mostThere is how many artifacts that are still there the document names while a pass goes on: any of them keeps the request waiting, and more of
// them are found by the next pass. What was left on purpose is not among them, and taken as there by a run that goes on.
const mostThere = 50

func keyOf(a deprovision.Artifact) string { return string(a.Kind) + " " + a.ID }

// unseen tells why nobody can say whether an artifact is there; "" where somebody can.
func (j *job) unseen(a deprovision.Artifact) string {
	if j.blind && a.Kind == footprint.Subscription {
		return "called about, and nobody can see any more whether it is gone: the app that made it cannot sign in"
	}
	return ""
}

// verified names what is left, and says what was proved.
func (j *job) verified(ctx context.Context, plan deprovision.Plan, present []deprovision.Artifact) (engine.Result, error) {
	earlier, err := j.stillLeft(ctx, plan)
	if err != nil {
		return engine.Result{}, err
	}
	since, err := j.appeared(ctx, plan)
	if err != nil {
		return engine.Result{}, err
	}
	there := map[string]bool{}
	why := "called about, and still there"
	if unnamed(j.state.Remainder) > 0 {
		why = "left before, or called about and still there"
	}
	left := append(beforehand(j.service, plan), since...)
	for _, a := range present { // of a step that was left out: removed before, and there all the same
		there[keyOf(a)] = true
		if !listed(j.service, j.state, a) {
			left = append(left, j.service.Remain(a, cmp.Or(j.unseen(a), why)))
		}
	}
	gone := slices.DeleteFunc(slices.Clone(plan.Artifacts), func(a deprovision.Artifact) bool { return there[keyOf(a)] })
	return engine.Result{Apply: all(
		note(VerifyRemoval, fmt.Sprintf("%d artifacts read as absent at %s", len(gone), j.now().UTC().Format(time.RFC3339))),
		j.drop(gone), leave(left...), j.noteLeft(earlier),
		func(p *deprovision.Progress) {
			p.Steps[p.Step].Done, p.Steps[p.Step].Total = len(gone), len(plan.Artifacts)
		},
	)}, nil
}

func has(artifacts []deprovision.Artifact, a deprovision.Artifact) bool {
	return slices.ContainsFunc(artifacts, func(b deprovision.Artifact) bool { return a.Kind == b.Kind && a.ID == b.ID })
}
