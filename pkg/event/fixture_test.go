package event_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func request() deprovision.Request {
	return deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

// fullRequest has every field.
func fullRequest() deprovision.Request {
	drain := deprovision.Duration(24 * time.Hour)
	r := request()
	r.AppID, r.Reason = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", "The licence ends <this> month & year – “done”."
	r.Options = deprovision.Options{DryRun: true, Drain: &drain, Acknowledged: []string{"mail-unscanned"}, Confirmed: true, ApproveByName: []string{"Near match"}}
	return r
}

func decision() deprovision.Decision {
	return deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1", Verb: deprovision.Approve,
		Stop: 7, PlanDigest: plan().Digest(), Acknowledged: []string{"mail-unscanned"}, Names: []string{"Near match"},
		CredentialRef: "contoso-admin", DecidedBy: "admin@contoso.example", Reason: "Seen and approved."}
}

func account() deprovision.Account {
	return deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
		AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", UPN: "svc@contoso.example", Site: "us", ProductID: "p-17",
		Recorded: map[string]string{"Inbound 1": "5f0c2a6e"}, State: deprovision.AccountActive, Open: "r1", LetGo: []string{"app:b7e4d2f0"}, Closed: "r0"}
}

func clock(minute int) time.Time { return time.Date(2026, 1, 15, 8, minute, 0, 0, time.UTC) }

func artifact() deprovision.Artifact {
	created := clock(0)
	return deprovision.Artifact{Kind: "transport-rule", ID: "d3b07384", Name: "Rule 1", Step: "remove-rerouting-rules", Match: "name",
		Before: json.RawMessage(`{"Priority":0}`), Restore: "New-TransportRule -Name 'Rule 1'", Created: &created}
}

func plan() deprovision.Plan {
	return deprovision.Plan{Ref: request().Ref(), Made: clock(1), Artifacts: []deprovision.Artifact{artifact()}, Suspects: []deprovision.Artifact{artifact()},
		Cautions:  []deprovision.Caution{{Code: "mail-unscanned", Text: "Mail is no longer scanned."}},
		Remainder: []deprovision.Remainder{{Name: "SPF include", Instructions: "Take it out of the DNS zone.", Link: "https://dns.contoso.example"}}}
}

func chunk(t testing.TB) event.PlanChunk {
	t.Helper()
	body, err := json.Marshal(plan())
	if err != nil {
		t.Fatal(err)
	}
	return event.PlanChunk{Ref: request().Ref(), Digest: plan().Digest(), Put: "w1", Part: 0, Parts: 1, Data: body}
}

// progress has every field, also those that exclude each other.
func progress() deprovision.Event {
	d, due := decision(), clock(59)
	p := deprovision.Progress{Request: fullRequest(), RequestDigest: fullRequest().Digest(), Seq: 8, Status: deprovision.Waiting, Detail: "waits for a decision",
		Started: clock(0), Updated: clock(8), Step: 3, Cursor: 2,
		Claim: &deprovision.Claim{Worker: "w-1", Trigger: "decision:d1", Epoch: 7, Seq: 8, Lease: deprovision.Duration(30 * time.Second), Contest: 6},
		Park:  &deprovision.Park{Seq: 5, Until: due, Reason: "throttled"},
		Stop: &deprovision.Stop{Seq: 7, Name: "confirm", Detail: "1 artifact", Offers: []deprovision.Verb{deprovision.Confirm, deprovision.Approve}, Expires: &due,
			Manual: &deprovision.Manual{Instructions: "Open the console.", Link: "https://console.contoso.example", Owner: "admin", Due: &due}},
		Steps: []deprovision.StepProgress{{Name: "verify-account", State: deprovision.StepFailed, Waited: true, Done: 1, Total: 2, Started: &due, Ended: &due, Error: "forbidden"}},
		Plan:  &deprovision.PlanSummary{Digest: plan().Digest(), Artifacts: 1, Suspects: []string{"Near match"}, Cautions: plan().Cautions},
		Wish:  &d, Answer: &d, Decisions: []string{"d1"}, Refusals: []string{"d0"}, Approved: []string{"Near match"}, Credential: "contoso-admin",
		MaybeCalled: "Rule 1", Takeovers: 1, Forced: true, Attempts: 2, Removed: 3, Gone: 1, Unconfirmed: 1, Remainder: plan().Remainder,
		InDoubt: []string{"Rule 2"}, Facts: map[string]string{"drain": "24h"}, ETA: &due, Trace: trace}
	return deprovision.Event{Progress: p, Change: deprovision.Change{ID: "c8", Kind: deprovision.Advanced, By: "w-1", Step: "remove-rerouting-rules",
		Detail: "Rule 1 is gone", Decision: &d, Evidence: []deprovision.Evidence{{Artifact: artifact(), Outcome: deprovision.Removed, At: clock(8),
			Call: "Remove-TransportRule", ClientID: "c1", RequestID: "s1"}}}}
}

func deadLetter() event.DeadLetter {
	return event.DeadLetter{Reason: "not-json", Detail: "json is missing", Subject: "deprovision.request.contoso.teams.r1",
		Header: nats.Header{"ce-id": {"1"}, "X-Twice": {"a", "b"}}, Data: []byte("hello"), At: clock(9)}
}

func encoded(t testing.TB) *nats.Msg {
	t.Helper()
	msg, err := event.EncodeRequest(request(), trace)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}
