package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Answer is what became of a decision.
type Answer struct {
	Accepted bool   `json:"accepted"`
	Refusal  string `json:"refusal,omitempty"` // why it does not count
}

// Decide publishes a decision, waits until it is stored for good, and then for a worker's answer. The same id is the same decision,
// however often it is sent; with another body it is refused, or a [ConflictError]. [ErrNoAnswer] says that it is stored but not answered
// yet; it is not lost. An input that is not allowed gets a [deprovision.Invalid].
func (c *Client) Decide(ctx context.Context, d deprovision.Decision) (Answer, error) {
	msg, err := event.EncodeDecision(d, trace(ctx))
	if err != nil {
		return Answer{}, err
	}
	name := fmt.Sprintf("decide %s on %s", d.Verb, d.Ref().Tokens())
	inbox, err := c.nc.SubscribeSync(c.nc.NewInbox())
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", name, c.judge(ctx, err))
	}
	defer func() { _ = inbox.Unsubscribe() }() // fails only on a closed connection, where there is nothing to end
	msg.Header.Set(event.AnswerTo, inbox.Subject)
	if _, err := c.publish(ctx, msg, nil); err != nil {
		return Answer{}, fmt.Errorf("%s: %w", name, err)
	}
	answer, err := c.answer(ctx, inbox)
	if err != nil && ctx.Err() == nil {
		// The answer may have been lost, or have gone to whoever sent this decision first: the journal has it too.
		found, ok, lookErr := c.Decided(ctx, d)
		if lookErr == nil && ok {
			return found, nil
		}
		if taken, other := errors.AsType[*ConflictError](lookErr); other {
			return Answer{}, taken
		}
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", name, err)
	}
	return answer, nil
}

func (c *Client) answer(ctx context.Context, inbox *nats.Subscription) (Answer, error) {
	wait, cancel := c.bound(ctx)
	defer cancel()
	msg, err := inbox.NextMsgWithContext(wait)
	if errors.Is(ctx.Err(), context.Canceled) {
		return Answer{}, ctx.Err()
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%w (%w)", ErrNoAnswer, err)
	}
	var answer Answer
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return Answer{}, fmt.Errorf("the worker's answer can't be read: %w", err)
	}
	return answer, nil
}

// Decided looks for a decision in the journal of its request; known is false when it is not there, or not yet. One with the same id and
// another body is a [ConflictError]: that one counts, and not this.
func (c *Client) Decided(ctx context.Context, d deprovision.Decision) (answer Answer, known bool, err error) {
	last, ok, err := c.last(ctx, d.Ref())
	if err != nil || !ok {
		return Answer{}, false, err
	}
	accepted, refused := slices.Contains(last.Progress.Decisions, d.ID), slices.Contains(last.Progress.Refusals, d.ID)
	if !accepted && !refused {
		return Answer{}, false, nil
	}
	answer = Answer{Accepted: accepted}
	if !accepted {
		answer.Refusal = "it was refused"
	}
	mine, others := false, false
	for e, err := range c.events(ctx, d.Ref()) {
		if err != nil {
			break // that it was answered is known; more is not
		}
		if e.Change.Decision == nil || e.Change.Decision.ID != d.ID {
			continue
		}
		if !sameDecision(*e.Change.Decision, d) {
			others = true
			continue
		}
		mine = true
		if e.Change.Kind == deprovision.DecisionRefused && e.Change.Detail != "" && !accepted {
			answer.Refusal = e.Change.Detail
		}
	}
	if others && !mine {
		return Answer{}, false, &ConflictError{Kind: "decision", Name: d.ID + " on " + d.Ref().Tokens(),
			Reason: "the id is taken by another decision; choose another id"}
	}
	return answer, true, nil
}

func sameDecision(a, b deprovision.Decision) bool {
	one, err := json.Marshal(a)
	other, otherErr := json.Marshal(b)
	return err == nil && otherErr == nil && bytes.Equal(one, other)
}
