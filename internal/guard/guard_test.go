package guard_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	vendorTenant = "3e04753a-ae5b-42d4-a86d-d6f05460f9e4"
	productApp   = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"
	workerApp    = "0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a001"
)

var (
	asked  = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	bounds = guard.Bounds{Acting: workerApp, Since: asked}
)

// principal is an object that may go.
func principal() guard.Candidate {
	return guard.Candidate{
		Kind: "service-principal", ID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b002", Name: "An app", Raw: json.RawMessage(`{"createdDateTime":"2024-03-05T09:30:00Z"}`),
		App: &guard.App{ID: productApp, Owner: vendorTenant, Type: "Application"},
	}
}

func checkRule(t *testing.T, err error, rule guard.Rule) {
	t.Helper()
	var refusal *guard.Refusal
	switch {
	case rule == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case rule == "":
	case !errors.As(err, &refusal):
		t.Fatalf("not refused by %s: %v", rule, err)
	case refusal.Rule != rule || refusal.Object == "" || refusal.Why == "":
		t.Fatalf("refused by %+v, want %s", refusal, rule)
	}
}

func TestWhatTheWorkerMayNotTouchIsRefused(t *testing.T) {
	t.Parallel()
	young, old := asked.Add(time.Second), asked.Add(-time.Hour)
	for name, tc := range map[string]struct {
		change func(*guard.Candidate)
		rule   guard.Rule
	}{
		"the product's app":            {func(*guard.Candidate) {}, ""},
		"created with the request":     {func(c *guard.Candidate) { c.Created = &asked }, ""},
		"no app and no date":           {func(c *guard.Candidate) { c.App, c.Raw = nil, json.RawMessage(`{}`) }, ""},
		"no date at all but null":      {func(c *guard.Candidate) { c.Raw = json.RawMessage(`{"createdDateTime":null}`) }, ""},
		"no kind":                      {func(c *guard.Candidate) { c.Kind = "" }, guard.Unreadable},
		"no id":                        {func(c *guard.Candidate) { c.ID = " " }, guard.Unreadable},
		"control characters in its id": {func(c *guard.Candidate) { c.ID = "a\nb" }, guard.Unreadable},
		"no JSON":                      {func(c *guard.Candidate) { c.Raw = nil }, guard.Unreadable},
		"JSON that is no object":       {func(c *guard.Candidate) { c.Raw = json.RawMessage(`null`) }, guard.Unreadable},
		"younger by its reader":        {func(c *guard.Candidate) { c.Created = &young }, guard.TooYoung},
		"younger by itself":            {func(c *guard.Candidate) { c.Raw = json.RawMessage(`{"whenCreated":"2026-11-24T08:00:01Z"}`) }, guard.TooYoung},
		"younger by itself, old by reader": {func(c *guard.Candidate) {
			c.Created, c.Raw = &old, json.RawMessage(`{"WhenCreatedUTC":"2026-11-25T00:00:00Z"}`)
		}, guard.TooYoung},
		"a date without a zone":               {func(c *guard.Candidate) { c.Raw = json.RawMessage(`{"WhenCreated":"2024-03-05T09:30:00"}`) }, guard.Unreadable},
		"a date that is a number":             {func(c *guard.Candidate) { c.Raw = json.RawMessage(`{"WhenCreated":1709631000}`) }, guard.Unreadable},
		"no App Id":                           {func(c *guard.Candidate) { c.App.ID = "" }, guard.Unreadable},
		"the worker's own app":                {func(c *guard.Candidate) { c.App.ID = strings.ToUpper(workerApp) }, guard.ActingApp},
		"an app whose owner can't be read":    {func(c *guard.Candidate) { c.App.Owner = "" }, guard.Unreadable},
		"an app of Microsoft's services":      {func(c *guard.Candidate) { c.App.Owner = "F8CDEF31-A31E-4B4A-93E4-5F571E91255A" }, guard.MicrosoftApp},
		"an app of Microsoft's own tenant":    {func(c *guard.Candidate) { c.App.Owner = "72f988bf-86f1-41af-91ab-2d7cd011db47" }, guard.MicrosoftApp},
		"an App Id that only Microsoft gives": {func(c *guard.Candidate) { c.App.ID = "00000003-0000-0000-c000-000000000000" }, guard.MicrosoftApp},
		"Office's App Id":                     {func(c *guard.Candidate) { c.App.ID = "00000007-0000-0ff1-ce00-000000000000" }, guard.MicrosoftApp},
		"a managed identity":                  {func(c *guard.Candidate) { c.App.Type = "managedidentity" }, guard.ManagedIdentity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := principal()
			tc.change(&c)
			checkRule(t, guard.Refuse(c, bounds), tc.rule)
		})
	}
}

func TestUnknownBoundsRefuse(t *testing.T) {
	t.Parallel()
	checkRule(t, guard.Refuse(principal(), guard.Bounds{Since: asked}), guard.Unreadable)
	checkRule(t, guard.Refuse(principal(), guard.Bounds{Acting: workerApp}), guard.TooYoung)
}

func TestOnlyExactEntriesLeaveASharedList(t *testing.T) {
	t.Parallel()
	known := []string{"20.245.215.64/28", "104.42.189.70"}
	for entry, rule := range map[string]guard.Rule{
		"20.245.215.64/28":            "",
		"104.42.189.70":               "",
		"104.42.189.70/32":            "", // the same addresses
		"20.245.215.64/27":            guard.UnknownEntry,
		"20.245.215.64/29":            guard.UnknownEntry,
		"20.245.215.65":               guard.UnknownEntry,
		"0.0.0.0/0":                   guard.UnknownEntry,
		"203.0.113.17":                guard.UnknownEntry,
		"::ffff:104.42.189.70":        guard.UnknownEntry,
		"20.245.215.64-20.245.215.79": guard.Unreadable,
		"104.42.189.70 ":              guard.Unreadable,
		"fe80::1%eth0":                guard.Unreadable,
		"":                            guard.Unreadable,
	} {
		t.Run(entry, func(t *testing.T) {
			t.Parallel()
			c := guard.Candidate{Kind: "ip-allow-entry", ID: "policy/entry", Raw: json.RawMessage(`{}`), Entry: &guard.Entry{Text: entry, Known: known}}
			checkRule(t, guard.Refuse(c, bounds), rule)
		})
	}
}

func TestBrakeHoldsPerKind(t *testing.T) {
	t.Parallel()
	const rules, groups deprovision.ArtifactKind = "transport-rule", "security-group"
	plan := func(kinds ...deprovision.ArtifactKind) (out []deprovision.Artifact) {
		for _, k := range kinds {
			out = append(out, deprovision.Artifact{Kind: k})
		}
		return out
	}
	most := map[deprovision.ArtifactKind]int{rules: 2}
	checkRule(t, guard.Breadth(nil, nil), "")
	checkRule(t, guard.Breadth(plan(rules, rules), most), "")
	checkRule(t, guard.Breadth(plan(rules, rules, rules), most), guard.TooBroad)
	checkRule(t, guard.Breadth(plan(rules, groups), most), guard.TooBroad) // no limit is none allowed
}

func TestNothingYoungerThanTheRequestPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := principal()
		late := asked.Add(time.Duration(rapid.Int64Range(1, int64(time.Hour)*24*365).Draw(t, "late")))
		if rapid.Bool().Draw(t, "by its reader") {
			c.Created = &late
		} else {
			key := rapid.SampledFrom([]string{"WhenCreated", "whencreatedutc", "createdDateTime"}).Draw(t, "key")
			c.Raw, _ = json.Marshal(map[string]any{key: late, "DisplayName": rapid.String().Draw(t, "name")})
		}
		if guard.Refuse(c, bounds) == nil {
			t.Fatalf("passes: %s %s", c.Created, c.Raw)
		}
	})
}

func FuzzRefuseNeverPassesWhatItCannotRead(f *testing.F) {
	f.Add("transport-rule", "id", `{"WhenCreated":"2024-03-05T09:30:00Z"}`, productApp, vendorTenant, "20.245.215.64/28")
	f.Add("", "", `{`, "", "", "")
	f.Fuzz(func(t *testing.T, kind, id, raw, app, owner, entry string) {
		c := guard.Candidate{Kind: deprovision.ArtifactKind(kind), ID: id, Raw: json.RawMessage(raw),
			App: &guard.App{ID: app, Owner: owner}, Entry: &guard.Entry{Text: entry, Known: []string{"20.245.215.64/28"}}}
		err := guard.Refuse(c, bounds)
		var refusal *guard.Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("%v is no refusal", err)
		}
		readable := kind != "" && id != "" && json.Valid([]byte(raw)) && deprovision.ValidAppID(app) && deprovision.ValidAppID(owner)
		if err == nil && !readable {
			t.Fatalf("passes: %+v", c)
		}
	})
}
