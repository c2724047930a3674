package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Mismatch says that a body names something else than the subject that it came on.
type Mismatch struct{ Subject, Body string }

// Error names both.
func (e *Mismatch) Error() string {
	return fmt.Sprintf("the body belongs on subject %q, it came on %q", e.Body, e.Subject)
}

// Wake is the wake-up of a park, or the sweeper's doubt about a state.
type Wake struct {
	Ref   deprovision.Ref `json:"ref"`
	Seq   uint64          `json:"seq"`             // of the event that is meant
	Sweep bool            `json:"sweep,omitempty"` // true: the sweeper doubts it
}

// DeadLetter is a message that could not be used, whole.
type DeadLetter struct {
	Reason  string      `json:"reason"`
	Detail  string      `json:"detail,omitempty"`
	Subject string      `json:"subject"` // where it came on
	Header  nats.Header `json:"header,omitempty"`
	Data    []byte      `json:"data"`
	At      time.Time   `json:"at"`
}

// EncodeRequest makes the message of a removal request.
func EncodeRequest(r deprovision.Request, trace string) (*nats.Msg, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return encode(Subject(Requests, r.Ref()), RequestType, r.ID, r.Ref().Tokens(), time.Now(), trace, r)
}

// DecodeRequest reads a removal request and validates it. The request is returned as far as it could be read, also with an error.
func DecodeRequest(msg *nats.Msg) (deprovision.Request, error) {
	var r deprovision.Request
	_, err := decode(msg, RequestType, &r)
	return r, firstOf(err, func() error { return matches(msg.Subject, Subject(Requests, r.Ref())) }, r.Validate)
}

// EncodeDecision makes the message of a decision.
func EncodeDecision(d deprovision.Decision, trace string) (*nats.Msg, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return encode(Subject(Decisions, d.Ref()), DecisionType, d.ID, d.Ref().Tokens(), time.Now(), trace, d)
}

// DecodeDecision reads a decision and validates it.
func DecodeDecision(msg *nats.Msg) (deprovision.Decision, error) {
	var d deprovision.Decision
	_, err := decode(msg, DecisionType, &d)
	return d, firstOf(err, func() error { return matches(msg.Subject, Subject(Decisions, d.Ref())) }, func() error { return d.Validate() })
}

// EncodeAccount makes the message of a service account's record.
func EncodeAccount(a deprovision.Account) (*nats.Msg, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	return encode(AccountSubject(a.Tenant, a.ID), AccountType, "", a.Tenant+"."+a.ID, time.Now(), "", a)
}

// DecodeAccount reads a service account's record and validates it.
func DecodeAccount(msg *nats.Msg) (deprovision.Account, error) {
	var a deprovision.Account
	_, err := decode(msg, AccountType, &a)
	return a, firstOf(err, func() error { return matches(msg.Subject, AccountSubject(a.Tenant, a.ID)) }, func() error { return a.Validate() })
}

// EncodeProgress makes the message of a journal entry; its CloudEvents id is the id of the append.
func EncodeProgress(e deprovision.Event) (*nats.Msg, error) {
	ref := e.Progress.Request.Ref()
	return encode(Subject(Events, ref), ProgressType, e.Change.ID, ref.Tokens(), e.Progress.Updated, e.Progress.Trace, e)
}

// DecodeProgress reads a journal entry.
func DecodeProgress(msg *nats.Msg) (deprovision.Event, error) {
	var e deprovision.Event
	_, err := decode(msg, ProgressType, &e)
	return e, firstOf(err, func() error { return matches(msg.Subject, Subject(Events, e.Progress.Request.Ref())) })
}

// EncodeWake makes the message of a wake-up on the subject on which it is due.
func EncodeWake(w Wake) (*nats.Msg, error) {
	return encode(WakeDue(w.Ref, w.Seq), WakeType, "", w.Ref.Tokens(), time.Now(), "", w)
}

// DecodeWake reads a wake-up that is due.
func DecodeWake(msg *nats.Msg) (Wake, error) {
	var w Wake
	_, err := decode(msg, WakeType, &w)
	return w, firstOf(err, func() error { return matches(msg.Subject, WakeDue(w.Ref, w.Seq)) }, w.Ref.Validate)
}

// EncodeDeadLetter makes the message that keeps an unusable one.
func EncodeDeadLetter(d DeadLetter) (*nats.Msg, error) {
	return encode(DeadLetterSubject(d.Reason), DeadLetterType, "", "", d.At, "", d)
}

// DecodeDeadLetter reads a dead letter.
func DecodeDeadLetter(msg *nats.Msg) (DeadLetter, error) {
	var d DeadLetter
	_, err := decode(msg, DeadLetterType, &d)
	return d, err
}

func matches(subject, body string) error {
	if subject != body {
		return &Mismatch{Subject: clip(subject), Body: clip(body)}
	}
	return nil
}

func firstOf(err error, checks ...func() error) error {
	for _, check := range checks {
		if err != nil {
			return err
		}
		err = check()
	}
	return err
}

func jsonError(err error) error {
	var kind *json.UnmarshalTypeError
	var invalid *deprovision.Invalid
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return invalid
	case errors.As(err, &kind):
		return &deprovision.Invalid{Field: kind.Field, Value: clip(kind.Value), Allowed: "a JSON value of the type " + kind.Type.Kind().String()}
	}
	return &deprovision.Invalid{Field: "json", Allowed: "a JSON object (RFC 8259)"}
}
