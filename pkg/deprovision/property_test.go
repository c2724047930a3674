package deprovision_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestDigestOfARequestSurvivesJSON(t *testing.T) {
	t.Parallel()
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		r := deprovision.Request{ID: text.Draw(t, "id"), Tenant: text.Draw(t, "tenant"), Account: text.Draw(t, "account"), RequestedBy: text.Draw(t, "requestedBy"),
			Options: deprovision.Options{ApproveByName: rapid.SliceOf(text).Draw(t, "approveByName")}}
		if rapid.Bool().Draw(t, "drains") {
			drain := deprovision.Duration(rapid.Int64().Draw(t, "drain"))
			r.Options.Drain = &drain
		}
		body, err := json.MarshalIndent(r, " ", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var back deprovision.Request
		if err := json.Unmarshal(body, &back); err != nil || back.Digest() != r.Digest() {
			t.Fatalf("%s: %v", body, err)
		}
	})
}

func TestLimitsAreWhereTheyAreSaidToBe(t *testing.T) {
	t.Parallel()
	month := deprovision.Duration(deprovision.MaxDrain)
	for name, tc := range map[string]struct {
		change func(*deprovision.Request)
		ok     bool
	}{
		"an id of 64":            {func(r *deprovision.Request) { r.ID = strings.Repeat("x", 64) }, true},
		"an id of 65":            {func(r *deprovision.Request) { r.ID = strings.Repeat("x", 65) }, false},
		"a reason of 1000":       {func(r *deprovision.Request) { r.Reason = strings.Repeat("x", 1000) }, true},
		"a reason of 1001":       {func(r *deprovision.Request) { r.Reason = strings.Repeat("x", 1001) }, false},
		"bytes are counted":      {func(r *deprovision.Request) { r.RequestedBy = strings.Repeat("ä", 101) }, false},
		"a drain of 30 days":     {func(r *deprovision.Request) { r.Options.Drain = &month }, true},
		"a drain of less than 0": {func(r *deprovision.Request) { less := deprovision.Duration(-time.Nanosecond); r.Options.Drain = &less }, false},
		"100 names":              {func(r *deprovision.Request) { r.Options.ApproveByName = make([]string, 100) }, true},
		"101 names":              {func(r *deprovision.Request) { r.Options.ApproveByName = make([]string, 101) }, false},
		"a caution with a dot":   {func(r *deprovision.Request) { r.Options.Acknowledged = []string{"a.b"} }, false},
		"a caution":              {func(r *deprovision.Request) { r.Options.Acknowledged = []string{"mail-unscanned"} }, true},
	} {
		r := request()
		tc.change(&r)
		err := r.Validate()
		var invalid *deprovision.Invalid
		if (err == nil) != tc.ok || err != nil && (!errors.As(err, &invalid) || len(invalid.Value) > 90) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDurationIsReadStrictly(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"90m": true, "24h0m0s": true, "0": true, "1d": false, "": false, "ten": false, "1h ": false} {
		var d deprovision.Duration
		if err := d.UnmarshalText([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
