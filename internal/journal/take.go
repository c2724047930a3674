package journal

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// take turns a message into a trigger, has it handled, and does with the message what the verdict says. Until then the server is told
// that it is being worked on, often enough for the consumer's AckWait.
func (c *Consumer) take(ctx context.Context, stream string, m jetstream.Msg, wait time.Duration, free func()) {
	msg := &nats.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.settle(m, msg, c.judge(ctx, stream, m, msg, free))
	}()
	tick := time.NewTicker(wait / 3)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if err := m.InProgress(); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
				c.log().Warn("no sign of life could be given", "subject", m.Subject(), "error", err)
			}
		}
	}
}

// outcome is a verdict together with what a dead letter says in words.
type outcome struct {
	engine.Verdict
	detail string
}

func wait(d time.Duration) outcome {
	return outcome{Verdict: engine.Verdict{Fate: engine.Nak, Delay: d}}
}

// judge asks the handler, or says itself what becomes of a message that is none for it. A panic costs this message a delay and
// nothing else: it is not acknowledged, and the consumer goes on.
func (c *Consumer) judge(ctx context.Context, stream string, m jetstream.Msg, msg *nats.Msg, free func()) (out outcome) {
	defer func() {
		if p := recover(); p != nil {
			c.log().Error("a trigger's handler panicked", "subject", msg.Subject, "panic", p, "stack", string(debug.Stack()))
			out = wait(setAside)
		}
	}()
	t := engine.Trigger{Trace: event.Trace(msg.Header)}
	if stream == DecisionStream { // a decision that works on its request must not keep others from being heard
		t.Claimed = free
	}
	looked := time.Duration(0) // how long it was set aside so far, at least
	if meta, err := m.Metadata(); err == nil {
		t.Age = time.Since(meta.Timestamp)
		t.First = meta.NumDelivered == 1
		looked = time.Duration(min(meta.NumDelivered-1, 1<<20)) * setAside
		if meta.NumDelivered > 1 && c.Journal.Observer != nil {
			c.Journal.Observer.Redelivered(short(stream))
		}
	}
	err := c.read(stream, msg, &t)
	if err == nil {
		v := c.Handle(ctx, t)
		return outcome{Verdict: v, detail: v.Detail}
	}
	if grace := orDefault(c.Grace, 15*time.Minute); mayBeKnownLater(err) && (t.Age < grace || looked < grace) {
		return wait(min(setAside, max(grace-t.Age, grace-looked)))
	}
	if t.Answer != nil {
		t.Answer(err.Error())
	}
	return c.reject(ctx, stream, msg, &t, err)
}

// unknownTenant says that a message is for a tenant that this worker's configuration does not have.
type unknownTenant struct{ *deprovision.Invalid }

// Unwrap returns the field and what is allowed.
func (e unknownTenant) Unwrap() error { return e.Invalid }

// mayBeKnownLater says that a newer worker, or one with a newer configuration, may be able to use the message.
func mayBeKnownLater(err error) bool {
	var version *event.UnknownVersion
	var tenant unknownTenant
	return errors.As(err, &version) || errors.As(err, &tenant)
}

// read decodes a message into the trigger, as far as it can be read.
func (c *Consumer) read(stream string, msg *nats.Msg, t *engine.Trigger) error {
	var err error
	switch stream {
	case RequestStream:
		var r deprovision.Request
		r, err = event.DecodeRequest(msg)
		t.Kind, t.Request, t.Ref = engine.RequestTrigger, &r, r.Ref()
	case DecisionStream:
		var d deprovision.Decision
		d, err = event.DecodeDecision(msg)
		t.Kind, t.Decision, t.Ref = engine.DecisionTrigger, &d, d.Ref()
		if inbox := msg.Header.Get(event.AnswerTo); inbox != "" {
			t.Answer = func(refusal string) { c.answer(inbox, refusal) }
		}
	case WakeStream:
		var w event.Wake
		w, err = event.DecodeWake(msg)
		t.Kind, t.Ref, t.Seq = engine.WakeTrigger, w.Ref, w.Seq
		if w.Sweep {
			t.Kind = engine.SweepTrigger
		}
	}
	if err == nil && !c.Known(t.Ref.Tenant) {
		err = unknownTenant{&deprovision.Invalid{Field: "tenant", Value: t.Ref.Tenant, Allowed: "a tenant of the worker's configuration"}}
	}
	return err
}

// settle does with the message what the outcome says. What fails here is delivered again.
func (c *Consumer) settle(m jetstream.Msg, msg *nats.Msg, out outcome) {
	var err error
	switch out.Fate {
	case engine.Ack:
		err = m.Ack()
	case engine.Nak:
		err = m.NakWithDelay(out.Delay)
	case engine.DeadLetter:
		letter := event.DeadLetter{Reason: out.Reason, Detail: out.detail, Subject: msg.Subject, Header: msg.Header, Data: msg.Data, At: time.Now()}
		if err = c.Journal.PutDeadLetter(context.Background(), letter); err == nil {
			err = m.Ack()
		} else {
			err = errors.Join(err, m.NakWithDelay(setAside))
		}
	}
	if err != nil {
		c.log().Warn("a message was not settled and comes again", "subject", msg.Subject, "error", err)
	}
}
