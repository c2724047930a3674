package deprovision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func ExampleServices() {
	for _, s := range deprovision.Services() {
		fmt.Println(s)
	}
	// Output:
	// exchange-online
	// exchange-online-inline
	// sharepoint-online
	// onedrive
	// teams
	// teams-chat
}

func ExampleService_Validate() {
	fmt.Println(deprovision.TeamsChat.Validate())
	fmt.Println(deprovision.Service("Teams").Validate()) // names are in lower case
	// Output:
	// <nil>
	// service "Teams" is not allowed: one of exchange-online, exchange-online-inline, sharepoint-online, onedrive, teams, teams-chat
}

func ExampleKind_Validate() {
	fmt.Println(deprovision.Kind("application").Validate())
	// Output: kind "application" is not allowed: delegate or authorized
}

// A record of an account that signs in as a user names that user; one that signs in as an application names its App Id.
func ExampleAccount_Validate() {
	a := deprovision.Account{Tenant: "contoso", ID: "sp", Service: deprovision.SharePointOnline, Kind: deprovision.Delegate, State: deprovision.AccountActive}
	fmt.Println(a.Validate())
	a.UPN = "svc@contoso.example"
	fmt.Println(a.Validate())
	// Output:
	// upn is missing or not allowed: required for a delegate account: its user principal name
	// <nil>
}

// A confirmation names the stop and the plan that were looked at, so that it can't answer another one.
func ExampleDecision_Validate() {
	d := deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "case-4711",
		Verb: deprovision.Confirm, DecidedBy: "admin@contoso.example"}
	fmt.Println(d.Validate())
	d.Stop = 4
	fmt.Println(d.Validate())
	d.PlanDigest = somePlan().Digest()
	fmt.Println(d.Validate())
	// Output:
	// stop is missing or not allowed: the seq of the event that opened the stop; only cancel and force may leave it out
	// planDigest is missing or not allowed: the digest of the plan that is confirmed
	// <nil>
}

func ExampleDecision_Ref() {
	d := deprovision.Decision{Tenant: "contoso", Service: deprovision.Teams, Request: "case-4711", Verb: deprovision.Cancel}
	fmt.Println(d.Ref().Tokens())
	// Output: contoso.teams.case-4711
}

// Cancel and force are possible in every open state; the other verbs answer a stop that offers them.
func ExampleVerb_Anytime() {
	for _, v := range deprovision.Verbs() {
		if v.Anytime() {
			fmt.Println(v)
		}
	}
	// Output:
	// cancel
	// force
}

func ExampleVerbs() {
	fmt.Println(deprovision.Verbs())
	// Output: [confirm approve continue cancel force retry credentials manual-done skip]
}

func ExampleRequest_Ref() {
	r := deprovision.Request{ID: "case-4711", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}
	fmt.Println(r.Ref().Tokens(), r.Ref().Validate())
	// Output: contoso.teams.case-4711 <nil>
}

func ExampleRef_Tokens() {
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.OneDrive, Request: "case-4711"}
	fmt.Println("deprovision.event." + ref.Tokens())
	// Output: deprovision.event.contoso.onedrive.case-4711
}

// What stands in a subject must be one token: a full stop would begin another.
func ExampleRef_Validate() {
	fmt.Println(deprovision.Ref{Tenant: "contoso.example", Service: deprovision.Teams, Request: "case-4711"}.Validate())
	// Output: tenant "contoso.example" is not allowed: 1 to 64 letters, digits, '-' or '_'
}

// The digest tells whether two requests with one id are the same: it is of the body, however that was written.
func ExampleRequest_Digest() {
	var r, spaced, other deprovision.Request
	for body, into := range map[string]*deprovision.Request{
		`{"id":"r1","tenant":"contoso","service":"teams","account":"main","requestedBy":"soc","options":{"drain":"90m"}}`:                 &r,
		`{ "options": {"drain": "1h30m"}, "requestedBy": "soc", "account": "main", "service": "teams", "tenant": "contoso", "id": "r1" }`: &spaced,
		`{"id":"r1","tenant":"contoso","service":"teams","account":"main","requestedBy":"soc","options":{"drain":"90m","dryRun":true}}`:   &other,
	} {
		if err := json.Unmarshal([]byte(body), into); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(r.Digest()[:14], r.Digest() == spaced.Digest(), r.Digest() == other.Digest())
	// Output: sha256:9b07ec9 true false
}

// A plan that is made anew has the digest of the one before when it would do the same: what was confirmed stays confirmed.
func ExamplePlan_Digest() {
	plan := deprovision.Plan{Made: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Artifacts: []deprovision.Artifact{
		{Kind: "transport-rule", ID: "b7e4d2f0", Name: "Skip spam filtering", Step: "remove-rerouting-rules"},
	}}
	confirmed := plan.Digest()
	plan.Made = plan.Made.Add(time.Hour)
	fmt.Println(plan.Digest() == confirmed)
	plan.Artifacts = append(plan.Artifacts, deprovision.Artifact{Kind: "inbound-connector", ID: "5f0c2a6e", Name: "Inbound", Step: "remove-connectors"})
	fmt.Println(plan.Digest() == confirmed)
	// Output:
	// true
	// false
}

// A loop that waits for the end of a request asks the status.
func ExampleStatus_Terminal() {
	for _, s := range []deprovision.Status{deprovision.Held, deprovision.Parked, deprovision.Waiting, deprovision.SucceededWithRemainder, deprovision.Cancelled} {
		fmt.Println(s, s.Terminal())
	}
	// Output:
	// held false
	// parked false
	// waiting false
	// succeeded-with-remainder true
	// cancelled true
}

// A worker is busy with a request also while another one doubts that it lives.
func ExampleStatus_Worked() {
	fmt.Println(deprovision.Held.Worked(), deprovision.Contested.Worked(), deprovision.Parked.Worked())
	// Output: true true false
}

// The class of a failed call is found however deep it lies; what to do next follows from it.
func ExampleClassOf() {
	call := &deprovision.Failure{Class: deprovision.Throttled, API: "graph", Call: "DELETE /groups/{id}", Status: 429,
		RetryAfter: 30 * time.Second, Err: errors.New("TooManyRequests")}
	fmt.Println(deprovision.ClassOf(fmt.Errorf("remove the group: %w", call)))
	fmt.Println(deprovision.ClassOf(&deprovision.Invalid{Field: "credentialRef", Value: "typo", Allowed: "main"}))
	fmt.Println(deprovision.ClassOf(errors.New("connection reset by peer")))
	// Output:
	// throttled
	// invalid
	// transient
}

func ExampleFailure_Error() {
	f := &deprovision.Failure{Class: deprovision.Forbidden, API: "exchange", Call: "Remove-TransportRule", Status: 403, RequestID: "7d0c3f5e",
		Err: errors.New("the role is missing")}
	fmt.Println(f)
	// A call that nobody answered has neither.
	fmt.Println(&deprovision.Failure{Class: deprovision.Unknown, API: "exchange", Call: "Remove-TransportRule", Err: errors.New("connection reset by peer")})
	// Output:
	// exchange: Remove-TransportRule: forbidden (status 403, request-id 7d0c3f5e): the role is missing
	// exchange: Remove-TransportRule: unknown: connection reset by peer
}

func ExampleFailure_Unwrap() {
	away := errors.New("no route to host")
	err := error(&deprovision.Failure{Class: deprovision.Transient, API: "graph", Call: "GET /groups", Err: away})
	fmt.Println(errors.Is(err, away))
	// Output: true
}

// Who gets an Invalid can name the field to whoever filled it in.
func ExampleInvalid_Error() {
	err := deprovision.Request{ID: "case 4711", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}.Validate()
	if invalid, ok := errors.AsType[*deprovision.Invalid](err); ok {
		fmt.Println(invalid.Field)
	}
	fmt.Println(err)
	// Output:
	// id
	// id "case 4711" is not allowed: 1 to 64 letters, digits, '-' or '_'
}

func ExampleWrongType() {
	var r deprovision.Request
	for _, text := range []string{`{"reason":7}`, `{"options":{"approveByName":"all"}}`, `{"options":{"drain":30}}`, `{"options":[]}`,
		`{"options":{"purge":1}}`, `{"reason":`} {
		fmt.Println(deprovision.WrongType(json.Unmarshal([]byte(text), &r)))
	}
	// Output:
	// reason "number" is not allowed: a JSON string
	// options.approveByName "string" is not allowed: a JSON array
	// options.drain "number" is not allowed: a JSON string
	// options "array" is not allowed: a JSON object
	// options.purge "number" is not allowed: true or false
	// <nil>
}

// A reason is kept for years and read by many: a text with a secret in it is refused before it is sent.
func ExampleLooksSecret() {
	fmt.Println(deprovision.LooksSecret("the password was changed after the incident"))
	fmt.Println(deprovision.LooksSecret("log in with password: hunter2"))
	fmt.Println(deprovision.LooksSecret("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"))
	// Output:
	// false
	// true
	// true
}

func ExampleValidToken() {
	fmt.Println(deprovision.ValidToken("case-4711"), deprovision.ValidToken("case.4711"), deprovision.ValidToken("*"), deprovision.ValidToken(""))
	// Output: true false false false
}

func ExampleValidAppID() {
	fmt.Println(deprovision.ValidAppID("b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"), deprovision.ValidAppID("Contoso Mail Guard"))
	// Output: true false
}

// Durations are written as Go writes them; a day has to be said in hours.
func ExampleDuration_UnmarshalText() {
	var o deprovision.Options
	err := json.Unmarshal([]byte(`{"drain":"48h"}`), &o)
	fmt.Println(o.Drain, err)
	fmt.Println(json.Unmarshal([]byte(`{"drain":"2d"}`), &o))
	// Output:
	// 48h0m0s <nil>
	// duration "2d" is not allowed: a duration such as "90m" or "24h"
}

func ExampleDuration_MarshalText() {
	drain := deprovision.Duration(36 * time.Hour)
	body, err := json.Marshal(deprovision.Options{Drain: &drain})
	fmt.Println(string(body), err)
	// Output: {"drain":"36h0m0s"} <nil>
}

func ExampleDuration_String() {
	fmt.Println(deprovision.Duration(90 * time.Minute))
	// Output: 1h30m0s
}

func ExamplePlan_Approves() {
	plan := deprovision.Plan{Suspects: []deprovision.Artifact{
		{ID: "g-1", Name: "TMCAS pilot"}, {ID: "r-1", Name: "TMCAS rule"}, {ID: "r-2", Name: "TMCAS rule"}}}
	for _, name := range []string{"TMCAS pilot", "tmcas pilot", "TMCAS rule", "r-2"} {
		fmt.Printf("%s: %q\n", name, plan.Approves(name))
	}
	// Output:
	// TMCAS pilot: ""
	// tmcas pilot: "is no suspect of this plan; a name has to be exact"
	// TMCAS rule: "is the name of several suspects; approve them by their ids"
	// r-2: ""
}

func ExampleProgress_Unacknowledged() {
	p := deprovision.Progress{
		Request: deprovision.Request{Options: deprovision.Options{Acknowledged: []string{"mail-unscanned"}}},
		Plan:    &deprovision.PlanSummary{Cautions: []deprovision.Caution{{Code: "mail-unscanned"}, {Code: "quarantine-lost"}}},
	}
	fmt.Println("by the request:", deprovision.Codes(p.Unacknowledged()))
	fmt.Println("by a decision too:", deprovision.Codes(p.Unacknowledged("quarantine-lost")))
	// Output:
	// by the request: [quarantine-lost]
	// by a decision too: []
}

// What a person hands in is held to more than what is stored already.
func ExampleDecision_ValidateInput() {
	d := deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.Teams, Request: "r1", Verb: deprovision.Retry, Stop: 7, DecidedBy: "soc",
		CredentialRef: "other"}
	fmt.Println(d.Validate())
	fmt.Println(d.ValidateInput())
	// Output:
	// <nil>
	// credentialRef "other" is not allowed: nothing with retry; it is for credentials
}

func ExampleAccount_ValidateInput() {
	a := deprovision.Account{Tenant: "contoso", ID: "main", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "svc@contoso.example",
		State: deprovision.AccountActive, Recorded: map[string]string{"rule": ""}}
	fmt.Println(a.ValidateInput())
	// Output: recorded.rule is missing or not allowed: a text that is not empty
}

func ExampleRequest_ValidateInput() {
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc", Reason: "a bell: \a"}
	fmt.Println(r.ValidateInput())
	// Output: reason is missing or not allowed: text without control characters but for line feeds and tabs
}
