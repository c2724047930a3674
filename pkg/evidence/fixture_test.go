package evidence_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }

// key signs; it is always the same.
var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func public() ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func request() deprovision.Request {
	return deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline",
		RequestedBy: "soc@contoso.example", Reason: "The licence ends this month."}
}

func account() deprovision.Account {
	return deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
		AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", State: deprovision.AccountClosed, Closed: "r1"}
}

func artifacts() []deprovision.Artifact {
	return []deprovision.Artifact{
		{Kind: "transport-rule", ID: "11", Name: "Sentry <rerouting>", Step: "remove-rerouting-rules", Match: "name",
			Before: json.RawMessage(`{"Priority":0,"From":"a & b"}`), Restore: "New-TransportRule -Name 'Sentry <rerouting>' -Priority 0"},
		{Kind: "service-principal", ID: "12", Name: "Sentry", Step: "remove-service-principal", Match: "app-id", Restore: "POST /directory/deletedItems/12/restore"},
	}
}

func plan() deprovision.Plan {
	return deprovision.Plan{Ref: request().Ref(), Made: at(1), Artifacts: artifacts(),
		Cautions: []deprovision.Caution{{Code: "mail-unscanned", Text: "Mail is no longer inspected."}}}
}

// story is a whole removal: each change is applied to the state that the one before left.
func story() []deprovision.Event {
	p := deprovision.Progress{Request: request(), RequestDigest: request().Digest(), Status: deprovision.Held, Started: noon}
	until := at(30 * 24 * 60)
	steps := []struct {
		change deprovision.Change
		then   func(*deprovision.Progress)
	}{
		{deprovision.Change{Kind: deprovision.Claimed, By: "worker-1"}, nil},
		{deprovision.Change{Kind: deprovision.Stopped, By: "worker-1", Step: "confirm"}, func(p *deprovision.Progress) {
			p.Status = deprovision.Waiting
			p.Plan = &deprovision.PlanSummary{Digest: plan().Digest(), Artifacts: 2, Cautions: plan().Cautions}
			p.Stop = &deprovision.Stop{Seq: 2, Name: deprovision.StopConfirm, Detail: "2 artifacts would be removed", Offers: []deprovision.Verb{deprovision.Confirm}}
		}},
		{deprovision.Change{Kind: deprovision.DecisionRefused, By: "worker-1", Detail: "skip is not offered at this stop",
			Decision: &deprovision.Decision{ID: "d0", Verb: deprovision.Skip, Stop: 2, DecidedBy: "eve@contoso.example"}}, nil},
		{deprovision.Change{Kind: deprovision.Claimed, By: "worker-2", Decision: &deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, Stop: 2,
			PlanDigest: plan().Digest(), Acknowledged: []string{"mail-unscanned"}, DecidedBy: "admin@contoso.example", Reason: "Looked at it with the mail team."}},
			func(p *deprovision.Progress) { p.Status, p.Stop = deprovision.Held, nil }},
		{deprovision.Change{Kind: deprovision.Advanced, By: "worker-2", Step: "remove-rerouting-rules", Evidence: []deprovision.Evidence{{Artifact: artifacts()[0],
			Outcome: deprovision.Removed, At: at(4), Call: "Remove-TransportRule", ClientID: "c-11", RequestID: "s-11"}}}, func(p *deprovision.Progress) { p.Removed++ }},
		{deprovision.Change{Kind: deprovision.Advanced, By: "worker-2", Step: "remove-service-principal", Evidence: []deprovision.Evidence{{Artifact: artifacts()[1],
			Outcome: deprovision.RemovedUnconfirmed, At: at(5), Call: "DELETE /servicePrincipals/{id}", ClientID: "c-12", RestoreUntil: &until}}},
			func(p *deprovision.Progress) { p.Unconfirmed++ }},
		{deprovision.Change{Kind: deprovision.Advanced, By: "worker-2", Step: "verify-removal", Rereads: []deprovision.Reread{
			{Kind: "transport-rule", ID: "11", At: at(6), Call: "Get-TransportRule", RequestID: "s-21"},
			{Kind: "service-principal", ID: "12", At: at(6), Call: "GET /servicePrincipals/{id}", RequestID: "s-22"}}}, nil},
		{deprovision.Change{Kind: deprovision.Advanced, By: "worker-2", Step: "verify-removal", Rereads: []deprovision.Reread{
			{Kind: "transport-rule", ID: "11", At: at(7), Call: "Get-TransportRule", RequestID: "s-31"},
			{Kind: "service-principal", ID: "12", At: at(7), Call: "GET /servicePrincipals/{id}", RequestID: "s-32"}}}, nil},
		{deprovision.Change{Kind: deprovision.Ended, By: "worker-2"}, func(p *deprovision.Progress) {
			p.Status, p.Detail = deprovision.SucceededWithRemainder, "2 artifacts are gone; 1 thing is left for a person"
			p.Remainder = []deprovision.Remainder{{Name: "SPF include", Instructions: "Take it out of the DNS zone.", Link: "https://dns.contoso.example/zone"}}
		}},
	}
	var out []deprovision.Event
	for i, s := range steps {
		p = p.Clone()
		p.Seq, p.Updated = uint64(i+1), at(i)
		if s.then != nil {
			s.then(&p)
		}
		s.change.ID = string(rune('a' + i))
		out = append(out, deprovision.Event{Progress: p, Change: s.change})
	}
	return out
}

// bundle writes the bundle of some events, as a worker with a key would have chained them.
func bundle(t testing.TB, events []deprovision.Event, plans ...deprovision.Plan) []byte {
	t.Helper()
	var out bytes.Buffer
	ref := events[0].Progress.Request.Ref()
	w, err := evidence.NewWriter(&out, evidence.Record{Request: ref.Tokens(), Made: "2026-03-02T08:00:00Z", By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	chain := event.ChainStart(ref)
	for i, e := range events {
		msg, err := event.EncodeProgress(e)
		if err != nil {
			t.Fatal(err)
		}
		chain = event.ChainNext(chain, msg.Data)
		r := evidence.Record{Seq: e.Progress.Seq, Revision: uint64(100 + i), At: e.Progress.Updated.Format(time.RFC3339), Chain: chain}
		if e.Progress.Status.Terminal() {
			r.Sign = event.Sign(key, chain)
		}
		if err := w.Event(r, msg.Data); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range plans {
		body, err := json.Marshal(p)
		if err == nil {
			err = w.Plan(p.Digest(), body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	body, err := json.Marshal(account())
	if err == nil {
		err = w.Account("contoso.inline", body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func whole(t testing.TB) []byte { t.Helper(); return bundle(t, story(), plan()) }
