package event

import (
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

// EncodeRequest makes the message of a removal request. The error is a [deprovision.Invalid].
func EncodeRequest(r deprovision.Request, trace string) (*nats.Msg, error) {
	if err := firstOf(checkInput(r), r.Validate, func() error { return small(r) }); err != nil {
		return nil, err
	}
	return encode(Subject(Requests, r.Ref()), RequestType, r.ID, r.Ref().Tokens(), time.Now(), trace, r)
}

// DecodeRequest reads a removal request and validates it. The request is returned as far as it could be read, also with an error.
func DecodeRequest(msg *nats.Msg) (deprovision.Request, error) {
	var r deprovision.Request
	err := decodeInput(msg, RequestType, &r)
	var invalid *deprovision.Invalid
	if errors.As(err, &invalid) && invalid.Field == "duration" { // a duration does not know where it stands; there is one
		err = &deprovision.Invalid{Field: "options.drain", Value: invalid.Value, Allowed: invalid.Allowed}
	}
	return r, firstOf(err, func() error { return matches(msg.Subject, Subject(Requests, r.Ref())) }, r.Validate,
		func() error { return small(r) })
}

// EncodeDecision makes the message of a decision. The error is a [deprovision.Invalid].
func EncodeDecision(d deprovision.Decision, trace string) (*nats.Msg, error) {
	if err := firstOf(checkInput(d), d.Validate, func() error { return small(d) }); err != nil {
		return nil, err
	}
	return encode(Subject(Decisions, d.Ref()), DecisionType, d.ID, d.Ref().Tokens(), time.Now(), trace, d)
}

// DecodeDecision reads a decision and validates it. The decision is returned as far as it could be read, also with an error.
func DecodeDecision(msg *nats.Msg) (deprovision.Decision, error) {
	var d deprovision.Decision
	err := decodeInput(msg, DecisionType, &d)
	return d, firstOf(err, func() error { return matches(msg.Subject, Subject(Decisions, d.Ref())) }, d.Validate,
		func() error { return small(d) })
}

// EncodeAccount makes the message of a service account's record; its CloudEvents id is unique. The error is a [deprovision.Invalid].
func EncodeAccount(a deprovision.Account) (*nats.Msg, error) {
	if err := firstOf(checkInput(a), a.Validate); err != nil {
		return nil, err
	}
	return encode(AccountSubject(a.Tenant, a.ID), AccountType, "", a.Tenant+"."+a.ID, time.Now(), "", a)
}

// DecodeAccount reads a service account's record and validates it.
func DecodeAccount(msg *nats.Msg) (deprovision.Account, error) {
	var a deprovision.Account
	err := decodeInput(msg, AccountType, &a)
	return a, firstOf(err, func() error { return matches(msg.Subject, AccountSubject(a.Tenant, a.ID)) }, a.Validate)
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

// EncodeLedger makes the message of what a tenant's removals have reserved; its CloudEvents id is unique. The error is a [deprovision.Invalid].
func EncodeLedger(l deprovision.Ledger) (*nats.Msg, error) {
	if err := l.Validate(); err != nil {
		return nil, err
	}
	return encode(BrakeSubject(l.Tenant), BrakeType, "", l.Tenant, time.Now(), "", l)
}

// DecodeLedger reads what a tenant's removals have reserved.
func DecodeLedger(msg *nats.Msg) (deprovision.Ledger, error) {
	var l deprovision.Ledger
	_, err := decode(msg, BrakeType, &l)
	return l, firstOf(err, func() error { return matches(msg.Subject, BrakeSubject(l.Tenant)) }, l.Validate)
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
