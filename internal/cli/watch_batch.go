package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// watchBatch follows the requests of a batch until each has ended or waits.
func (a *app) watchBatch(ctx context.Context, tenant, id string, w watching) error {
	if !deprovision.ValidToken(id) {
		return &deprovision.Invalid{Field: "--batch", Value: id, Allowed: deprovision.TokenRule}
	}
	if !deprovision.ValidToken(tenant) { // before anything is connected
		return &deprovision.Invalid{Field: "tenant", Value: tenant, Allowed: deprovision.TokenRule}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	b := &batch{tenant: tenant, prefix: id + "-", states: map[deprovision.Ref]deprovision.Progress{}, dead: map[deprovision.Ref]string{},
		garbage: map[deprovision.Ref]string{}, shown: map[deprovision.Ref]string{}, screen: a.newScreen(w.plain)}
	for {
		grew, err := a.findBatch(ctx, c, b)
		switch {
		case err != nil && ctx.Err() != nil: // the time that was up is ours, not the server's
			return ctx.Err()
		case err != nil:
			return err
		case len(b.refs) == 0:
			return fmt.Errorf("a request %s.….%s…: %w", tenant, b.prefix, client.ErrUnknownRequest)
		case !grew && b.idle():
			if err := a.endBatch(b); err != nil {
				return err
			}
			return ended(b.code(w.strict))
		case b.idle():
			continue
		}
		if err := a.followBatch(ctx, c, b); err != nil {
			return err
		}
	}
}

// findBatch looks for the requests of a batch in journal and queue and among the dead letters, and reads again what waits: it may have been
// answered since. It tells whether something was found that was not known.
func (a *app) findBatch(ctx context.Context, c *client.Client, b *batch) (grew bool, err error) {
	refs, err := c.Named(ctx, b.tenant, b.prefix)
	if err != nil {
		return false, err
	}
	alive := map[deprovision.Ref]bool{}
	for _, ref := range refs {
		alive[ref] = true
		delete(b.dead, ref)
	}
	for d, err := range c.DeadLetters(ctx) {
		if err != nil {
			return false, err
		}
		family, ref, _, err := event.ParseSubject(d.Subject)
		if err != nil || family != event.Requests || ref.Tenant != b.tenant || !strings.HasPrefix(ref.Request, b.prefix) || alive[ref] {
			continue
		}
		if b.dead[ref] = whyDead(d); !slices.Contains(refs, ref) { // the last one counts
			refs = append(refs, ref)
		}
	}
	for _, ref := range refs {
		if !slices.Contains(b.refs, ref) {
			b.refs, grew = append(b.refs, ref), true
		}
	}
	for _, ref := range b.refs {
		if b.states[ref].Status != deprovision.Waiting || b.garbage[ref] != "" {
			continue
		}
		last, err := c.Last(ctx, ref)
		if b.unreadable(err) {
			continue
		}
		if err != nil {
			return false, err
		}
		if last.Progress.Seq > b.states[ref].Seq {
			grew = true
			if err := a.takeIn(b, last); err != nil {
				return false, err
			}
		}
	}
	return grew, nil
}

// followBatch takes in events until nothing moves any more, or until it is time to look for what no worker had taken.
func (a *app) followBatch(ctx context.Context, c *client.Client, b *batch) error {
	var open []deprovision.Ref
	taken := true
	for _, ref := range b.refs {
		state, known := b.states[ref]
		if b.lost(ref) == "" && !state.Status.Terminal() {
			open = append(open, ref)
			taken = taken && known
		}
	}
	round, cancel := context.WithCancel(ctx)
	if !taken {
		cancel()
		round, cancel = context.WithTimeout(ctx, a.Recheck)
	}
	defer cancel()
	if err := a.drawBatch(b); err != nil {
		return err
	}
	for e, err := range c.WatchMany(round, open...) {
		if err != nil && ctx.Err() == nil && round.Err() != nil {
			return nil
		}
		if b.unreadable(err) { // of one; the others are followed on
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.takeIn(b, e); err != nil || b.idle() {
			return err
		}
	}
	return nil
}

// takeIn keeps and shows a state that is newer than what is known.
func (a *app) takeIn(b *batch, e client.Entry) error {
	ref := e.Progress.Request.Ref()
	if e.Progress.Seq <= b.states[ref].Seq {
		return nil
	}
	b.states[ref] = e.Progress
	delete(b.dead, ref)
	if a.json() {
		return a.printJSON(e)
	}
	if b.screen != nil {
		return a.drawBatch(b)
	}
	line := b.line(ref)
	if b.shown[ref] == line {
		return nil
	}
	b.shown[ref] = line
	return a.printf("%s  %s", stamp(e.Progress.Updated), line)
}

// endBatch sums up.
func (a *app) endBatch(b *batch) error {
	if a.json() {
		for _, ref := range slices.SortedFunc(slices.Values(b.refs), byName) {
			if b.lost(ref) == "" {
				continue
			}
			if err := a.printJSON(status{Request: ref.Tokens(), Status: b.status(ref), Why: b.lost(ref)}); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	switch {
	case b.screen == nil:
		err = errors.Join(a.printf(""), a.table(b.table()))
	case b.screen.cut: // sentences are left as they are: they have commands, for who copies them
		err = errors.Join(a.printf(""), a.folding(b.screen.Region).table(b.table()))
	}
	n := map[string]int{}
	for _, ref := range b.refs {
		n[b.status(ref)]++
		if why := b.why(ref, a); why != "" {
			err = errors.Join(err, a.printf("%s: %s", ref.Tokens(), why))
		}
	}
	var words []string
	for _, status := range slices.Sorted(maps.Keys(n)) {
		words = append(words, fmt.Sprintf("%d %s", n[status], status))
	}
	return errors.Join(err, a.printf("%s: %s", number(len(b.refs), "request"), strings.Join(words, ", ")))
}

func byName(a, b deprovision.Ref) int { return strings.Compare(a.Tokens(), b.Tokens()) }
