package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// batch is artifacts of one kind that are removed together. Each is judged by itself: what is finished is kept, with its evidence, also where the
// service asked to wait about another one.
type batch struct {
	*job
	list    []deprovision.Artifact
	maybe   bool  // a call about what is open may have been made before
	settled []int // what was finished before this run
	units   map[int]unit
	failed  map[int]error
}

func newBatch(j *job, list []deprovision.Artifact, maybe bool) *batch {
	return &batch{job: j, list: list, maybe: maybe, units: map[int]unit{}, failed: map[int]error{}}
}

func (b *batch) settle(places []int) { b.settled = places }

// remove looks, compares and calls. A part that cannot be finished now is an error, and what was finished is appended before it is returned.
func (b *batch) remove(ctx context.Context) (unit, error) {
	open, err := b.read(ctx)
	if err == nil && len(open) > 0 {
		err = b.call(ctx, open)
	}
	if err != nil {
		return unit{}, b.keepPart(ctx, err)
	}
	b.spare()
	if err := b.worst(); err != nil {
		return unit{}, b.keepPart(ctx, err)
	}
	return b.together(), nil
}

// read settles what is not there, or changed, and returns the places of what is to be called about.
func (b *batch) read(ctx context.Context) ([]int, error) {
	places := b.open()
	if len(places) == 0 {
		return nil, nil
	}
	readings, err := manyKinds[b.list[0].Kind].read(ctx, b.job, b.at(places))
	if err != nil {
		return nil, err
	}
	var open []int
	for n, r := range readings {
		i := places[n]
		a := b.list[i]
		switch {
		case r.err != nil:
			b.failed[i] = r.err
		case !r.there:
			b.units[i] = b.absent(a, b.maybe, nil)
		case changed(a, r.object) != "":
			b.units[i] = unit{change: leave(b.service.Remain(a, changed(a, r.object)))}
		default:
			open = append(open, i)
		}
	}
	return open, nil
}

func (b *batch) call(ctx context.Context, places []int) error {
	answers, err := manyKinds[b.list[0].Kind].remove(ctx, b.job, b.at(places))
	if err != nil {
		return err
	}
	for n, answer := range answers {
		i := places[n]
		a := b.list[i]
		switch {
		case gone(answer.Err):
			b.units[i] = b.absent(a, b.maybe, answer.Err)
		case answer.Err != nil:
			b.failed[i] = answer.Err
		default:
			r := answer.Receipt
			b.units[i] = b.proved(a, deprovision.Evidence{Outcome: deprovision.Removed, Call: r.Call, ClientID: r.ClientID, RequestID: r.RequestID})
		}
	}
	return nil
}

// spare leaves for a person what the service refuses about single artifacts: a mailbox out of the app's scope, a site that is locked, a webhook of
// another app. Where it refuses every one of several, it is the identity that lacks a right.
func (b *batch) spare() {
	refused := 0
	for _, err := range b.failed {
		if deprovision.ClassOf(err) == deprovision.Forbidden && !locked(err) {
			refused++
		}
	}
	if refused > 1 && refused == len(b.list) && selfish[b.list[0].Kind] == "" {
		return
	}
	for i, err := range b.failed {
		if class := deprovision.ClassOf(err); class != deprovision.Forbidden && class != deprovision.Malformed {
			continue
		}
		why := "it could not be removed (" + reason(err) + ")"
		if text := selfish[b.list[i].Kind]; text != "" {
			why = text + lapses(b.list[i]) + " (" + reason(err) + ")"
		}
		b.units[i] = unit{change: leave(b.service.Remain(b.list[i], why))}
		delete(b.failed, i)
	}
}

// worst is the failure that decides: one whose effect is not known, else the longest pause.
func (b *batch) worst() error {
	var worst error
	for _, i := range b.open() {
		err := b.failed[i]
		if err == nil { // no answer is no end
			err = failure(b.name, fmt.Errorf("nothing was answered about %s %s", b.list[i].Kind, b.list[i].ID))
		}
		f, ok := failureIn(err)
		w, had := failureIn(worst)
		switch {
		case worst == nil, ok && f.Class == deprovision.Unknown && (!had || w.Class != deprovision.Unknown):
			worst = err
		case ok && had && w.Class == f.Class && f.RetryAfter > w.RetryAfter:
			worst = err
		}
	}
	return worst
}

// keepPart appends what was finished, and returns the failure. A doubt about the rest goes into the same append: the failure itself may never be
// written down, where the worker is being stopped, its lease ends, or somebody cancels.
func (b *batch) keepPart(ctx context.Context, failure error) error {
	if len(b.units) == 0 {
		return failure
	}
	u := b.together()
	settled := slices.Clone(b.settled)
	for i := range b.units {
		settled = append(settled, i)
	}
	slices.Sort(settled)
	change := all(u.change, b.consent(), func(p *deprovision.Progress) {
		if p.Settled = settled; deprovision.ClassOf(failure) == deprovision.Unknown {
			p.MaybeCalled = b.list[0].ID
		}
	})
	if err := b.work.AdvanceBy(ctx, engine.Way{Done: u.done}, change, u.evidence...); err != nil {
		return err
	}
	return failure
}

// together is all units as one, in the plan's order.
func (b *batch) together() unit {
	out := unit{done: len(b.units)}
	for i := range b.list {
		if u, ok := b.units[i]; ok {
			out.change, out.evidence = all(out.change, u.change), append(out.evidence, u.evidence...)
		}
	}
	return out
}

// open lists the places of what is not finished.
func (b *batch) open() []int {
	var out []int
	for i := range b.list {
		if _, done := b.units[i]; !done && !slices.Contains(b.settled, i) {
			out = append(out, i)
		}
	}
	return out
}

func (b *batch) at(places []int) []deprovision.Artifact {
	out := make([]deprovision.Artifact, len(places))
	for n, i := range places {
		out[n] = b.list[i]
	}
	return out
}
