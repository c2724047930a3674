package journal

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// reject names the reason why a message can't be used. A request is also ended by an event, so that who watches it sees an end. The
// subject says which request that is: it is what the sender was permitted to publish on, and the body may be anything. The event is
// a first one or none at all, so that it never changes an open request.
func (c *Consumer) reject(ctx context.Context, stream string, msg *nats.Msg, t *engine.Trigger, cause error) outcome {
	out := outcome{Verdict: engine.Verdict{Fate: engine.DeadLetter, Reason: reason(cause)}, detail: cause.Error()}
	_, ref, rest, err := event.ParseSubject(msg.Subject)
	if stream != RequestStream || err != nil || len(rest) > 0 || ref.Validate() != nil {
		return out
	}
	digest, asked := "", deprovision.Request{ID: ref.Request, Tenant: ref.Tenant, Service: ref.Service}
	if t.Request.Ref() == ref {
		digest = t.Request.Digest()
	}
	if _, known := errors.AsType[unknownTenant](cause); known && digest != "" { // nothing else is wrong with it: who asked, and why, is kept
		asked = *t.Request
	}
	now := time.Now().UTC()
	_, err = c.Journal.Append(context.WithoutCancel(ctx), ref, 0, deprovision.Event{
		Progress: deprovision.Progress{Request: asked, RequestDigest: digest, Seq: 1, Status: deprovision.Rejected, Detail: cause.Error(),
			Started: now, Updated: now, Trace: t.Trace},
		Change: deprovision.Change{ID: nuid.Next(), Kind: deprovision.Ended, By: "intake", Detail: cause.Error()}})
	if err != nil && !errors.Is(err, engine.ErrConflict) {
		c.log().Error("a rejected request could not be ended", "subject", msg.Subject, "error", err)
		return wait(setAside)
	}
	if err == nil && c.Journal.Observer != nil {
		c.Journal.Observer.Rejected(string(ref.Service))
	}
	return out
}

// reason turns an error into the token under which the dead letter is kept and counted; the words are in its detail.
func reason(err error) string {
	var (
		mismatch *event.Mismatch
		version  *event.UnknownVersion
		tenant   unknownTenant
		invalid  *deprovision.Invalid
	)
	switch {
	case errors.As(err, &mismatch):
		return "subject-mismatch"
	case errors.As(err, &version):
		return "unknown-version"
	case errors.As(err, &tenant):
		return "unknown-tenant"
	case !errors.As(err, &invalid):
		return "unreadable"
	}
	switch invalid.Field {
	case "json":
		return "not-json"
	case "content-type", "ce-datacontenttype":
		return "content-type"
	case "size":
		return "oversized"
	case "service":
		return "unknown-service"
	}
	return "invalid"
}
