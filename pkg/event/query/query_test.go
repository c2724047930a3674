package query_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

func TestBadQuestionNamesTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	own := query.Subject(query.List, "contoso")
	for name, tc := range map[string]struct{ subject, body, field string }{
		"nothing at all":            {own, ``, ""},
		"an empty object":           {own, `{}`, ""},
		"all tenants":               {query.Subject(query.List, ""), `{"open":true}`, ""},
		"not JSON":                  {own, `hello`, "json"},
		"an array":                  {own, `[]`, "json"},
		"two objects":               {own, `{}{}`, "json"},
		"a field that is not known": {own, `{"colour":1}`, "colour"},
		"a number as a tenant":      {own, `{"tenant":1}`, "tenant"},
		"another tenant":            {own, `{"tenant":"fabrikam"}`, "tenant"},
		"a tenant under all":        {query.Subject(query.List, ""), `{"tenant":"contoso"}`, "tenant"},
		"an unknown service":        {own, `{"service":"yammer"}`, "service"},
		"an unknown status":         {own, `{"status":"tired"}`, "status"},
		"a wildcard account":        {own, `{"account":"*"}`, "account"},
		"too many rows":             {own, `{"limit":1001}`, "limit"},
		"a huge cursor":             {own, `{"after":"` + strings.Repeat("x", 600) + `"}`, "after"},
		"a huge question":           {own, `{"after":"` + strings.Repeat("x", query.MaxQuestion) + `"}`, "size"},
		"another subject":           {"elsewhere.list", `{}`, "subject"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := query.DecodeFilter(tc.subject, []byte(tc.body))
			checkField(t, err, tc.field)
		})
	}
}

func TestRefTakesItsTenantFromTheSubject(t *testing.T) {
	t.Parallel()
	ref, err := query.DecodeRef(query.Subject(query.Get, "contoso"), []byte(`{"service":"teams","request":"r1"}`))
	if err != nil || ref != (deprovision.Ref{Tenant: "contoso", Service: deprovision.Teams, Request: "r1"}) {
		t.Fatalf("%+v, %v", ref, err)
	}
	_, err = query.DecodeRef(query.Subject(query.Get, ""), []byte(`{"service":"teams","request":"r1"}`))
	checkField(t, err, "tenant")
}

func checkField(t *testing.T, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var invalid *deprovision.Invalid
	if !errors.As(err, &invalid) || invalid.Field != field || invalid.Allowed == "" {
		t.Fatalf("got %v, want an error about %q", err, field)
	}
}

func TestSummaryTellsWhereARequestIs(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := deprovision.Progress{
		Request: deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "main"},
		Status:  deprovision.Parked, Park: &deprovision.Park{Until: until}, Step: 1, Detail: strings.Repeat("ü", 200),
		Steps: []deprovision.StepProgress{{Name: "a", State: deprovision.StepDone}, {Name: "b", State: deprovision.StepRunning}},
	}
	s := query.Summarize(p)
	if s.Step != "b" || s.Done != 1 || s.Total != 2 || s.Until == nil || !s.Until.Equal(until) || len(s.Detail) > 200 {
		t.Fatalf("%+v", s)
	}
	body, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(body), `"tenant":"contoso","service":"teams","request":"r1"`) {
		t.Fatalf("%s, %v", body, err)
	}
}

func FuzzQuestionsDecodeOrNameAField(f *testing.F) {
	f.Add("deprovision.query.contoso.list", []byte(`{"service":"teams","open":true,"limit":10}`))
	f.Add("deprovision.query.@all.list", []byte(`{"after":"x"}`))
	f.Add("deprovision.query.contoso.get", []byte(`{"service":"teams","request":"r1"}`))
	f.Fuzz(func(t *testing.T, subject string, body []byte) {
		var invalid *deprovision.Invalid
		filter, err := query.DecodeFilter(subject, body)
		if err == nil && filter.Validate() != nil || err != nil && !errors.As(err, &invalid) {
			t.Fatalf("%+v, %v", filter, err)
		}
		ref, err := query.DecodeRef(subject, body)
		if err == nil && (ref.Validate() != nil || !strings.Contains(subject, ref.Tenant)) || err != nil && !errors.As(err, &invalid) {
			t.Fatalf("%+v, %v", ref, err)
		}
	})
}
