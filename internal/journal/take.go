package journal

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Answer is what a decider is told on the inbox that its message names.
type Answer struct {
	Accepted bool   `json:"accepted"`
	Refusal  string `json:"refusal,omitempty"`
}

// take turns a message into a trigger, has it handled, and does with the message what the verdict says.
func (c *Consumer) take(ctx context.Context, stream string, m jetstream.Msg) {
	msg := &nats.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()}
	t := engine.Trigger{Trace: event.Trace(msg.Header)}
	if meta, err := m.Metadata(); err == nil {
		t.Age = time.Since(meta.Timestamp)
		if meta.NumDelivered > 1 && c.Journal.Observer != nil {
			c.Journal.Observer.Redelivered(stream)
		}
	}
	err := c.read(stream, msg, &t)
	var version *event.UnknownVersion
	known := !errors.As(err, &version) && (err != nil || c.Known(t.Ref.Tenant))
	grace := c.Grace
	if grace == 0 {
		grace = 15 * time.Minute
	}
	var verdict engine.Verdict
	switch {
	case !known && t.Age < grace:
		verdict = engine.Verdict{Fate: engine.Nak, Delay: min(setAside, grace-t.Age)}
	case !known && err == nil:
		err = &deprovision.Invalid{Field: "tenant", Value: t.Ref.Tenant, Allowed: "a tenant of the worker's configuration"}
		fallthrough
	case err != nil:
		if t.Answer != nil {
			t.Answer(err.Error())
		}
		verdict = c.reject(ctx, stream, msg, &t, err)
	default:
		verdict = c.handle(ctx, m, t)
	}
	c.settle(m, msg, verdict)
}

// read decodes a message into the trigger.
func (c *Consumer) read(stream string, msg *nats.Msg, t *engine.Trigger) error {
	switch stream {
	case RequestStream:
		r, err := event.DecodeRequest(msg)
		t.Kind, t.Request, t.Ref = engine.RequestTrigger, &r, r.Ref()
		return err
	case DecisionStream:
		d, err := event.DecodeDecision(msg)
		t.Kind, t.Decision, t.Ref = engine.DecisionTrigger, &d, d.Ref()
		if inbox := msg.Header.Get(event.AnswerTo); inbox != "" {
			t.Answer = func(refusal string) { c.answer(inbox, refusal) }
		}
		return err
	}
	w, err := event.DecodeWake(msg)
	t.Kind, t.Ref, t.Seq = engine.WakeTrigger, w.Ref, w.Seq
	if w.Sweep {
		t.Kind = engine.SweepTrigger
	}
	return err
}

// answer tells a decider; one that no longer listens finds the answer in the journal.
func (c *Consumer) answer(inbox, refusal string) {
	body, err := json.Marshal(Answer{Accepted: refusal == "", Refusal: refusal})
	if err == nil && strings.HasPrefix(inbox, nats.InboxPrefix) { // an inbox only: a sender must not have the worker write elsewhere
		err = c.Journal.nc.Publish(inbox, body)
	}
	if err != nil {
		c.log().Warn("a decider got no answer", "error", err)
	}
}

// handle runs the handler and tells the server meanwhile that the message is being worked on.
func (c *Consumer) handle(ctx context.Context, m jetstream.Msg, t engine.Trigger) engine.Verdict {
	done := make(chan engine.Verdict, 1)
	go func() { done <- c.Handle(ctx, t) }()
	tick := time.NewTicker(AckWait / 3)
	defer tick.Stop()
	for {
		select {
		case verdict := <-done:
			return verdict
		case <-tick.C:
			if err := m.InProgress(); err != nil {
				c.log().Warn("no sign of life could be given", "subject", m.Subject(), "error", err)
			}
		}
	}
}

// reject ends a request that can't be read with an event, where its id is sure, and names the reason.
func (c *Consumer) reject(ctx context.Context, stream string, msg *nats.Msg, t *engine.Trigger, cause error) engine.Verdict {
	_, ref, _, err := event.ParseSubject(msg.Subject)
	if stream == RequestStream && err == nil && t.Request.Ref() == ref && ref.Validate() == nil {
		now := time.Now().UTC()
		_, err := c.Journal.Append(context.WithoutCancel(ctx), ref, 0, deprovision.Event{
			Progress: deprovision.Progress{Request: deprovision.Request{ID: ref.Request, Tenant: ref.Tenant, Service: ref.Service}, Seq: 1,
				RequestDigest: t.Request.Digest(), Status: deprovision.Rejected, Detail: cause.Error(), Started: now, Updated: now, Trace: t.Trace},
			Change: deprovision.Change{ID: nuid.Next(), Kind: deprovision.Ended, By: "intake", Detail: cause.Error()}})
		if err != nil && !errors.Is(err, engine.ErrConflict) {
			c.log().Error("a rejected request could not be ended", "subject", msg.Subject, "error", err)
			return engine.Verdict{Fate: engine.Nak, Delay: retry}
		}
	}
	return engine.Verdict{Fate: engine.DeadLetter, Reason: reason(cause)}
}

// reason turns an error into the token under which the dead letter is kept.
func reason(err error) string {
	var mismatch *event.Mismatch
	var version *event.UnknownVersion
	var invalid *deprovision.Invalid
	switch {
	case errors.As(err, &mismatch):
		return "subject-mismatch"
	case errors.As(err, &version):
		return "unknown-version"
	case errors.As(err, &invalid) && invalid.Field == "json":
		return "not-json"
	case errors.As(err, &invalid):
		return event.Token("invalid-" + invalid.Field)
	}
	return "unreadable"
}

// settle does with the message what the verdict says. What fails here is delivered again.
func (c *Consumer) settle(m jetstream.Msg, msg *nats.Msg, v engine.Verdict) {
	var err error
	switch v.Fate {
	case engine.Ack:
		err = m.Ack()
	case engine.Nak:
		err = m.NakWithDelay(v.Delay)
	case engine.DeadLetter:
		err = c.Journal.PutDeadLetter(context.Background(), event.DeadLetter{Reason: v.Reason, Subject: msg.Subject, Header: msg.Header,
			Data: msg.Data, At: time.Now()})
		if err == nil {
			err = m.Ack()
		}
	}
	if err != nil {
		c.log().Warn("a message was not settled and comes again", "subject", msg.Subject, "error", err)
	}
}
