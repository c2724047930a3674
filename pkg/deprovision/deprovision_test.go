package deprovision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func request() deprovision.Request {
	return deprovision.Request{
		ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc@contoso.example",
	}
}

func TestRequestNamesTheFieldThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	tooLong := deprovision.Duration(deprovision.MaxDrain + time.Second)
	for name, tc := range map[string]struct {
		change func(*deprovision.Request)
		field  string
	}{
		"as it should be":       {func(*deprovision.Request) {}, ""},
		"id with a dot":         {func(r *deprovision.Request) { r.ID = "a.b" }, "id"},
		"empty id":              {func(r *deprovision.Request) { r.ID = "" }, "id"},
		"wildcard tenant":       {func(r *deprovision.Request) { r.Tenant = "*" }, "tenant"},
		"unknown service":       {func(r *deprovision.Request) { r.Service = "yammer" }, "service"},
		"account with a space":  {func(r *deprovision.Request) { r.Account = "a b" }, "account"},
		"nobody asks":           {func(r *deprovision.Request) { r.RequestedBy = "" }, "requestedBy"},
		"App Id is no GUID":     {func(r *deprovision.Request) { r.AppID = "42" }, "appId"},
		"a secret as a reason":  {func(r *deprovision.Request) { r.Reason = "password=hunter2" }, "reason"},
		"a drain of 31 days":    {func(r *deprovision.Request) { r.Options.Drain = &tooLong }, "options.drain"},
		"a secret as a suspect": {func(r *deprovision.Request) { r.Options.ApproveByName = []string{"client_secret: x"} }, "options.approveByName[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request()
			tc.change(&r)
			checkField(t, r.Validate(), tc.field)
		})
	}
}

func TestAccountNeedsWhatItsKindSignsInWith(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*deprovision.Account)
		field  string
	}{
		"authorized with App Id":    {func(*deprovision.Account) {}, ""},
		"authorized without App Id": {func(a *deprovision.Account) { a.AppID = "" }, "appId"},
		"delegate without UPN":      {func(a *deprovision.Account) { a.Kind = deprovision.Delegate }, "upn"},
		"unknown kind":              {func(a *deprovision.Account) { a.Kind = "robot" }, "kind"},
		"unknown state":             {func(a *deprovision.Account) { a.State = "gone" }, "state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deprovision.Account{
				Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
				AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", State: deprovision.AccountActive,
			}
			tc.change(&a)
			checkField(t, a.Validate(), tc.field)
		})
	}
}

func TestDecisionNamesItsStopAndItsPlan(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*deprovision.Decision)
		field  string
	}{
		"a confirm":                     {func(*deprovision.Decision) {}, ""},
		"cancel names the request only": {func(d *deprovision.Decision) { d.Verb, d.Stop = deprovision.Cancel, 0 }, ""},
		"confirm without a stop":        {func(d *deprovision.Decision) { d.Stop = 0 }, "stop"},
		"confirm without a plan":        {func(d *deprovision.Decision) { d.PlanDigest = "" }, "planDigest"},
		"approve without names":         {func(d *deprovision.Decision) { d.Verb = deprovision.Approve }, "names"},
		"unknown verb":                  {func(d *deprovision.Decision) { d.Verb = "maybe" }, "verb"},
		"credentials without reference": {func(d *deprovision.Decision) { d.Verb = deprovision.Credentials }, "credentialRef"},
		"nobody decides":                {func(d *deprovision.Decision) { d.DecidedBy = "" }, "decidedBy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deprovision.Decision{
				ID: "d1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1",
				Verb: deprovision.Confirm, Stop: 4, PlanDigest: "sha256:00", DecidedBy: "admin@contoso.example",
			}
			tc.change(&d)
			checkField(t, d.Validate(), tc.field)
		})
	}
}

func TestDigestTellsTwoBodiesApart(t *testing.T) {
	t.Parallel()
	a, b := request(), request()
	if a.Digest() != b.Digest() {
		t.Fatal("the same body has two digests")
	}
	b.Account = "other"
	if a.Digest() == b.Digest() {
		t.Fatal("two bodies have one digest")
	}
}

func TestDurationSurvivesJSON(t *testing.T) {
	t.Parallel()
	drain := deprovision.Duration(90 * time.Minute)
	r := request()
	r.Options.Drain = &drain
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back deprovision.Request
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	if back.Digest() != r.Digest() {
		t.Fatalf("read back %+v, wrote %+v", back, r)
	}
}

func FuzzRequestDecodesOrRefuses(f *testing.F) {
	f.Add([]byte(`{"id":"r1","tenant":"t","service":"teams","account":"a","requestedBy":"x","options":{"drain":"1h"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r deprovision.Request
		if json.Unmarshal(body, &r) == nil && r.Validate() == nil && r.Ref().Validate() != nil {
			t.Fatalf("a valid request with an unusable name: %+v", r)
		}
	})
}

func ExampleRequest_Validate() {
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: "yammer", Account: "inline", RequestedBy: "soc"}
	fmt.Println(r.Validate())
	// Output: service "yammer" is not allowed: one of exchange-online, exchange-online-inline, sharepoint-online, onedrive, teams, teams-chat
}

func checkField(t *testing.T, err error, field string) {
	t.Helper()
	var invalid *deprovision.Invalid
	switch {
	case field == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case field == "":
	case !errors.As(err, &invalid):
		t.Fatalf("want an Invalid on %s, got %v", field, err)
	case invalid.Field != field:
		t.Fatalf("blamed %s instead of %s: %v", invalid.Field, field, err)
	}
}
