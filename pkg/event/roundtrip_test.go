package event_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

var (
	tokens = rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`)
	// texts hold no secret: nothing that is assigned.
	texts = rapid.StringN(1, 40, 200).Filter(func(s string) bool { return !deprovision.LooksSecret(s) })
	refs  = rapid.Custom(func(t *rapid.T) deprovision.Ref {
		return deprovision.Ref{Tenant: tokens.Draw(t, "tenant"), Service: rapid.SampledFrom(deprovision.Services()).Draw(t, "service"), Request: tokens.Draw(t, "request")}
	})
	requests = rapid.Custom(func(t *rapid.T) deprovision.Request {
		ref := refs.Draw(t, "ref")
		drain := deprovision.Duration(rapid.Int64Range(0, int64(deprovision.MaxDrain)).Draw(t, "drain"))
		return deprovision.Request{ID: ref.Request, Tenant: ref.Tenant, Service: ref.Service, Account: tokens.Draw(t, "account"), RequestedBy: texts.Draw(t, "requestedBy"),
			Reason: texts.Draw(t, "reason"), Options: deprovision.Options{DryRun: rapid.Bool().Draw(t, "dryRun"), Drain: &drain,
				ApproveByName: rapid.SliceOfN(texts, 0, 3).Draw(t, "approveByName")}}
	})
	decisions = rapid.Custom(func(t *rapid.T) deprovision.Decision {
		ref := refs.Draw(t, "ref")
		return deprovision.Decision{ID: tokens.Draw(t, "id"), Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request, Verb: rapid.SampledFrom(deprovision.Verbs()).Draw(t, "verb"),
			Stop: rapid.Uint64Min(1).Draw(t, "stop"), PlanDigest: texts.Draw(t, "planDigest"), Names: rapid.SliceOfN(texts, 1, 3).Draw(t, "names"),
			CredentialRef: tokens.Draw(t, "credentialRef"), DecidedBy: texts.Draw(t, "decidedBy"), Reason: texts.Draw(t, "reason")}
	})
	accounts = rapid.Custom(func(t *rapid.T) deprovision.Account {
		return deprovision.Account{Tenant: tokens.Draw(t, "tenant"), ID: tokens.Draw(t, "id"), Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: texts.Draw(t, "upn"),
			Recorded: rapid.MapOfN(texts, texts, 0, 3).Draw(t, "recorded"), State: deprovision.AccountClosed, LetGo: rapid.SliceOfN(texts, 0, 2).Draw(t, "letGo")}
	})
	events = rapid.Custom(func(t *rapid.T) deprovision.Event {
		d := decisions.Draw(t, "decision")
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")).UTC()
		return deprovision.Event{
			Progress: deprovision.Progress{Request: requests.Draw(t, "request"), Seq: rapid.Uint64().Draw(t, "seq"), Detail: rapid.String().Draw(t, "detail"),
				Status: deprovision.Status(rapid.String().Draw(t, "status")), Started: at, Updated: at, ETA: &at, Wish: &d, Facts: map[string]string{"x": rapid.String().Draw(t, "fact")}},
			Change: deprovision.Change{ID: rapid.StringN(1, 20, 60).Draw(t, "id"), Evidence: []deprovision.Evidence{{At: at, Artifact: deprovision.Artifact{Before: json.RawMessage(`[1]`)}}}},
		}
	})
	chunks = rapid.Custom(func(t *rapid.T) event.PlanChunk {
		return event.PlanChunk{Ref: refs.Draw(t, "ref"), Digest: rapid.String().Draw(t, "digest"), Parts: rapid.Int().Draw(t, "parts"), Data: rapid.SliceOf(rapid.Byte()).Draw(t, "data")}
	})
	ledgers = rapid.Custom(func(t *rapid.T) deprovision.Ledger {
		return deprovision.Ledger{Tenant: refs.Draw(t, "ref").Tenant, Entries: []deprovision.Reservation{{Request: rapid.String().Draw(t, "request"),
			Plan: "sha256:0", Count: rapid.Int().Draw(t, "count"), At: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), 0).UTC()}}}
	})
	wakes = rapid.Custom(func(t *rapid.T) event.Wake {
		return event.Wake{Ref: refs.Draw(t, "ref"), Seq: rapid.Uint64().Draw(t, "seq"), Sweep: rapid.Bool().Draw(t, "sweep")}
	})
)

func TestWhatIsSentIsReadBackInBothModes(t *testing.T) {
	t.Parallel()
	back(t, "request", requests, func(r deprovision.Request) (*nats.Msg, error) { return event.EncodeRequest(r, trace) }, event.DecodeRequest)
	back(t, "decision", decisions, func(d deprovision.Decision) (*nats.Msg, error) { return event.EncodeDecision(d, "") }, event.DecodeDecision)
	back(t, "account", accounts, event.EncodeAccount, event.DecodeAccount)
	back(t, "progress", events, event.EncodeProgress, event.DecodeProgress)
	back(t, "plan", chunks, event.EncodePlan, event.DecodePlan)
	back(t, "brake", ledgers, event.EncodeLedger, event.DecodeLedger)
	back(t, "wake", wakes, event.EncodeWake, event.DecodeWake)
}

func back[T any](t *testing.T, name string, values *rapid.Generator[T], encode func(T) (*nats.Msg, error), decode func(*nats.Msg) (T, error)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { // not parallel: generators must not be shared between goroutines
		rapid.Check(t, func(t *rapid.T) {
			value := values.Draw(t, "value")
			binary, err := encode(value)
			if err != nil {
				t.Fatalf("encode: %v", err)
			}
			structured, err := event.Structured(binary)
			if err != nil {
				t.Fatalf("structured: %v", err)
			}
			for _, msg := range []*nats.Msg{binary, structured} {
				got, err := decode(msg)
				if err != nil {
					t.Fatalf("decode: %v", err)
				}
				if diff := cmp.Diff(value, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	})
}
