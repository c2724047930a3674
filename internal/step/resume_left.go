package step

import (
	"context"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mostTakenUp is how many requests back a request looks for what they left.
const mostTakenUp = 32

// stillLeft looks at what earlier requests left, or were in doubt about, and this one's plan does not list. What is absent by now is not left; what no
// plan lists can't be looked at, and is named again.
func (j *job) stillLeft(ctx context.Context, plan deprovision.Plan) ([]deprovision.Remainder, error) {
	b, err := j.earlier(ctx)
	if b == nil || err != nil {
		return nil, err
	}
	l, err := j.gather(ctx, plan, b)
	if err != nil {
		return nil, err
	}
	there, err := j.stillThere(ctx, l.look)
	if err != nil {
		return nil, err
	}
	var left []deprovision.Remainder
	for _, r := range append(there, l.carried()...) {
		if !names(plan.Remainder, r.Name) && !names(j.state.Remainder, r.Name) && !names(left, r.Name) {
			left = append(left, r)
		}
	}
	return left, nil
}

// gather asks the request that this one takes up what is left, and those before it as far as it does not tell that itself.
func (j *job) gather(ctx context.Context, plan deprovision.Plan, b *before) (*leavings, error) {
	l, r := newLeavings(j, plan), j.state.Request
	asked := map[string]bool{r.ID: true}
	for b != nil {
		if b.state.Request.ID == "" || asked[r.ResumeOf] || len(asked) > mostTakenUp {
			l.lose(r.ResumeOf)
			break
		}
		asked[r.ResumeOf] = true
		l.take(b)
		if !l.open() {
			break
		}
		var err error
		r = b.state.Request
		if b, err = j.takenUpBy(ctx, r); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// stillThere names what is still there of artifacts that earlier requests left.
func (j *job) stillThere(ctx context.Context, look []leftover) ([]deprovision.Remainder, error) {
	by := map[string]string{}
	artifacts := make([]deprovision.Artifact, 0, len(look))
	for _, o := range look {
		artifacts = append(artifacts, o.Artifact)
		by[keyOf(o.Artifact)] = o.by
	}
	if err := j.eyes(ctx, deprovision.Plan{Artifacts: artifacts}); err != nil {
		return nil, err
	}
	j.proof = false // an earlier request that had seen them gone would not name them
	seen, err := j.look(ctx, artifacts)
	if err != nil {
		return nil, err
	}
	var left []deprovision.Remainder
	for _, a := range seen.there {
		why := j.unseen(a)
		if why == "" {
			why = "left by request " + by[keyOf(a)] + ", and of no plan since"
			if resembles, suspect := strings.CutPrefix(a.Match, "suspect: "); suspect {
				why += "; it only resembles the product's (" + resembles + "): look first"
			}
		}
		left = append(left, j.service.Remain(a, why))
	}
	return left, nil
}

// maybeLeft reports whether a request may not have removed an artifact of its plan. A document without room for all names may have kept silent about
// any of them.
func (b *before) maybeLeft(service *footprint.Service, a deprovision.Artifact) bool {
	return listed(service, b.state, a) || !b.done(a.Step) || b.cut()
}

// cut reports whether the document had no room for the names of all that is left.
func (b *before) cut() bool {
	for _, id := range b.state.InDoubt {
		if unnamed([]deprovision.Remainder{{Name: id}}) > 0 {
			return true
		}
	}
	return unnamed(b.state.Remainder) > 0
}

// tellsAll reports whether the end of a request names what those before it left as well: it looked, and had room for it.
func (b *before) tellsAll() bool { return b.done(VerifyRemoval) && !b.cut() }

// lost reports whether the plan can't be read any more.
func (b *before) lost() bool { return b.state.Plan != nil && b.plan.Ref.Request == "" }

// noteLeft names what [job.stillLeft] found.
func (j *job) noteLeft(left []deprovision.Remainder) func(*deprovision.Progress) {
	if len(left) == 0 {
		return nil
	}
	return all(leave(left...), note(leftBefore, fmt.Sprintf("%d of request %s", len(left), j.state.Request.ResumeOf)))
}
