package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drifts has somebody confirm a plan, and the request stop with another one.
func drifts(s *scripted, from, to deprovision.Plan) (first, now deprovision.Plan) {
	s.w.t.Helper()
	first = s.confirms(from)
	s.obeys(deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, DecidedBy: "soc@contoso.example", PlanDigest: first.Digest(), Stop: s.state.Stop.Seq})
	now = s.plans(to)
	s.stops(deprovision.StopDrift, "The tenant changed since the plan was made: 1 added; 1 missing; 1 changed.")
	return first, now
}

func TestDriftShowsWhatCameWentAndChangedSinceTheConfirmedPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	now := inlinePlan(s.state.Request)
	now.Artifacts = append(slices.Clone(now.Artifacts[1:]), artifact("transport-rule", "rule-5", "Rerouting <b>rule</b> 5", "remove-rerouting-rules"))
	now.Artifacts[0].Before = json.RawMessage(`{"Name":"as it was","State":"Disabled"}`)
	now.Suspects = nil
	now.Cautions = slices.Clone(now.Cautions)
	now.Cautions[1].Text = "What the product holds in quarantine, 7 items, can't be released any more."
	_, now = drifts(s, inlinePlan(s.state.Request), now)
	p := w.opened(at, decider)
	holds := func(in *browsertest.Scope) {
		t.Helper()
		in.See("What changed since the plan that soc@contoso.example confirmed")
		for name, want := range map[string]string{
			"Came: objects": "Transport rule Rerouting <b>rule</b> 5 | rule-5 | ", "Went: objects": "Transport rule Rerouting rule 1 | rule-1 | ",
			"Changed: objects": "Transport rule Rerouting rule 2 | rule-2 | State: nothing → became Disabled", "Went: look-alikes": "Rerouting rule (copy) | rule-9",
		} {
			if rows := in.Rows(name); len(rows) != 1 || !strings.Contains(flat(strings.Join(rows[0], " | ")), want) {
				t.Errorf("%s: %q, want %q", name, rows, want)
			}
		}
		in.See("Changed: 1 caution")
		in.See("7 items, can't be released")
	}
	holds(p.In("region", "What changed in the tenant"))
	p.Sound()
	p.Phone()
	p.Sound(browsertest.Width, browsertest.Contrast, browsertest.Names)
	p.Viewport(1280, 800, false, false)
	p.Click("button", "Confirm…")
	d := p.In("dialog", "Confirm: inline of contoso")
	holds(d.In("region", "What changed in the tenant"))
	d.See("What will go: 10 objects in 5 steps")
	d.See(now.Digest())
	p.Sound()
}

// flat squeezes white space.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestDriftOfThousandsIsShownAHundredAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	now := inlinePlan(s.state.Request)
	for i := range 2500 {
		now.Artifacts = append(now.Artifacts, artifact("transport-rule", fmt.Sprint("new-", i), fmt.Sprint("New rule ", i), "remove-rerouting-rules"))
	}
	drifts(s, inlinePlan(s.state.Request), now)
	p := w.open(at)
	d := p.In("region", "What changed in the tenant")
	d.See("Came: 2,500 objects")
	if n := len(d.Rows("Came: objects")); n != 100 {
		t.Errorf("%d rows", n)
	}
	d.Click("button", "Show 100 more of 2,500")
	p.Until("two hundred", func() bool { return len(d.Rows("Came: objects")) == 200 })
}

func TestDriftThatCannotBeShownIsSaidSoAndLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("confirm")
	s.plans(inlinePlan(s.state.Request))
	s.stops(deprovision.StopDrift, "The tenant changed since the plan was made.")
	p := browsertest.New(t)
	p.Expect(fmt.Sprint(http.StatusNotFound))
	p.Open(w.url(at))
	d := p.In("region", "What changed in the tenant")
	d.See("What changed can't be shown: the request was on one plan only")
	d.Find("button", "Look for it again")
	p.See("The tenant changed since the plan was made.")
}
