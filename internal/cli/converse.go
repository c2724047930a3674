package cli

import (
	"context"
	"errors"
	"io"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// outcome is how a conversation at a stop ended.
type outcome int

const (
	overtaken outcome = iota // the stop is no longer open
	sent                     // a decision was sent, and accepted or kept
	watchOn                  // it is left to somebody else
	quits                    // it is left, and the watching ends
)

// converse offers the decisions of a stop until one was sent, or none is wanted. ctx ends it when the stop is answered elsewhere; whole is the
// watching itself: what is being sent is not broken off.
func (d *dialog) converse(ctx, whole context.Context) (outcome, error) {
	d.keys.listen()
	defer d.keys.deaf()
	list := menu(d.state)
	for err := d.offer(list); ; d.keys.listen() { // what was typed for a question that came to nothing answers no other
		if err != nil {
			return overtaken, err
		}
		var typed string
		typed, err = d.ask(ctx, "\nYour decision:")
		if errors.Is(err, io.EOF) {
			return watchOn, d.say("")
		}
		if err != nil {
			return overtaken, err
		}
		o, ok := chosen(list, typed)
		switch {
		case !ok:
			err = d.offer(list)
			continue
		case o.key == "w":
			return watchOn, nil
		case o.key == "q":
			return quits, nil
		case o.key == "d":
			_, err = d.plan(ctx)
		default:
			var done outcome
			if done, err = d.carryOut(ctx, whole, o.verb); err == nil && done != watchOn {
				return done, nil
			}
		}
		if err = d.comeBack(ctx, err); err != nil {
			return overtaken, err
		}
	}
}

// offer prints what can be chosen.
func (d *dialog) offer(list []offer) error {
	err := d.say("")
	for _, o := range list {
		err = errors.Join(err, d.say("%s", o))
	}
	return err
}

// comeBack tells what went wrong; the stop is still open, and everything can be tried again.
func (d *dialog) comeBack(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		err = errNotConfirmed
	}
	return d.say("%s; nothing was decided", oneLine(plainly(err)))
}

// plainly words an error for who typed no command: without its flags.
func plainly(err error) string {
	var usage *usageError
	var refused *refusedError
	var invalid *deprovision.Invalid
	switch {
	case errors.As(err, &usage):
		return usage.Error()
	case errors.As(err, &refused):
		return refused.why
	case errors.As(err, &invalid):
		return invalid.Error()
	}
	return tell(err)
}

// carryOut asks what the verb needs, and sends the decision unless the stop was answered meanwhile. It is watchOn when the stop is still open.
func (d *dialog) carryOut(ctx, whole context.Context, verb deprovision.Verb) (outcome, error) {
	decision, err := d.decision(ctx, verb)
	if err != nil {
		return watchOn, err
	}
	open, err := stillAt(whole, d.client, d.state)
	if err != nil {
		return watchOn, err
	}
	if !open {
		return overtaken, d.say("the request is no longer at this stop; nothing was sent")
	}
	answer, err := d.client.Decide(whole, decision)
	switch {
	case errors.Is(err, client.ErrNoAnswer):
		return sent, d.say("%s", tell(err))
	case err != nil:
		return watchOn, err
	case !answer.Accepted:
		return watchOn, d.say("refused: %s", oneLine(answer.Refusal))
	}
	return sent, d.say("accepted: %s on %s", verb, decision.Ref().Tokens())
}

// stillAt reports whether a request waits at the stop that it waited at in a state.
func stillAt(ctx context.Context, c *client.Client, p deprovision.Progress) (bool, error) {
	last, err := c.Last(ctx, p.Request.Ref())
	if err != nil {
		return false, err
	}
	now := last.Progress
	return now.Status == deprovision.Waiting && now.Stop != nil && p.Stop != nil && now.Stop.Seq == p.Stop.Seq, nil
}
