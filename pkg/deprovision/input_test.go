package deprovision_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMembersThatMeanNothingToTheVerbAreRefusedByName(t *testing.T) {
	t.Parallel()
	members := map[string]func(*deprovision.Decision){
		"planDigest":    func(d *deprovision.Decision) { d.PlanDigest = "sha256:0" },
		"acknowledged":  func(d *deprovision.Decision) { d.Acknowledged = []string{"mail-unscanned"} },
		"names":         func(d *deprovision.Decision) { d.Names = []string{"rule"} },
		"credentialRef": func(d *deprovision.Decision) { d.CredentialRef = "other" },
	}
	needs := map[deprovision.Verb][]string{deprovision.Confirm: {"planDigest"}, deprovision.Approve: {"planDigest", "names"}, deprovision.Credentials: {"credentialRef"}}
	may := map[deprovision.Verb][]string{deprovision.Confirm: {"acknowledged"}}
	for _, verb := range deprovision.Verbs() {
		d := deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.Teams, Request: "r1", Verb: verb, Stop: 2, DecidedBy: "soc", Reason: "two\nlines,\tand a tab"}
		for _, field := range needs[verb] {
			members[field](&d)
		}
		allowed := map[string]bool{}
		for _, field := range append(may[verb], needs[verb]...) {
			allowed[field] = true
		}
		if err := d.ValidateInput(); err != nil {
			t.Errorf("%s: %v", verb, err)
		}
		for field, give := range members {
			more := d
			give(&more)
			in, refused := errors.AsType[*deprovision.Invalid](more.ValidateInput())
			if refused == allowed[field] || refused && in.Field != field {
				t.Errorf("%s with %s: %v", verb, field, in)
			}
			if err := more.Validate(); err != nil { // such decisions are in journals already
				t.Errorf("%s with %s: %v", verb, field, err)
			}
		}
	}
}

func TestControlCharactersAreRefusedWhereTheyComeInAndReadWhereTheyAre(t *testing.T) {
	t.Parallel()
	for text, fine := range map[string]bool{"ünïcödé, two\nlines\tand a tab": true, "a\x1b[2J": false, "a\x00": false, "a\x7f": false, "a\u009b2J": false, "a\rb": false} {
		r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "a", RequestedBy: "soc", Reason: text}
		d := deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.Teams, Request: "r1", Verb: deprovision.Cancel, DecidedBy: "soc", Reason: text}
		for _, err := range []error{r.ValidateInput(), d.ValidateInput()} {
			if in, refused := errors.AsType[*deprovision.Invalid](err); refused == fine || refused && (in.Field != "reason" || in.Value != "") {
				t.Errorf("%q: %v", text, err)
			}
		}
		if err := errors.Join(r.Validate(), d.Validate()); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "a", RequestedBy: "so\nc"}
	if in, ok := errors.AsType[*deprovision.Invalid](r.ValidateInput()); !ok || in.Field != "requestedBy" {
		t.Errorf("%v", in)
	}
}

func TestARecordHandedInIsRefusedByFieldForWhatNobodyCanReadAndForMoreThanThereCanBe(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 201 {
		many[fmt.Sprint("a", i)] = "x"
	}
	kinds := map[string][]string{}
	for i := range 51 {
		kinds[fmt.Sprint("k", i)] = []string{"x"}
	}
	for field, change := range map[string]func(*deprovision.Account){
		"": func(a *deprovision.Account) {
			a.Recorded = map[string]string{"rule": "Ünïcödé 1"}
			a.Names = map[string][]string{"folder": {"Quarantined by Sentry"}}
		},
		"productId ":      func(a *deprovision.Account) { a.ProductID = " " },
		"upn":             func(a *deprovision.Account) { a.UPN = "svc\x1b[2J@contoso.example" },
		"productId":       func(a *deprovision.Account) { a.ProductID = "1\n2" },
		"recorded":        func(a *deprovision.Account) { a.Recorded = many },
		"recorded.rule":   func(a *deprovision.Account) { a.Recorded = map[string]string{"rule": "\x00"} },
		"recorded.empty":  func(a *deprovision.Account) { a.Recorded = map[string]string{"empty": " "} },
		"names":           func(a *deprovision.Account) { a.Names = kinds },
		"names.folder[1]": func(a *deprovision.Account) { a.Names = map[string][]string{"folder": {"fine", "b\u009bad"}} },
		"names.host[0]":   func(a *deprovision.Account) { a.Names = map[string][]string{"host": {" "}} },
	} {
		a := deprovision.Account{Tenant: "contoso", ID: "a", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "svc@contoso.example", State: deprovision.AccountActive}
		change(&a)
		in, refused := errors.AsType[*deprovision.Invalid](a.ValidateInput())
		if refused != (field != "") || refused && in.Field != strings.TrimSpace(field) {
			t.Errorf("%q: %v", field, in)
		}
		if err := a.Validate(); err != nil { // such records are stored already
			t.Errorf("%q: %v", field, err)
		}
	}
}
