package page_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

type dayBar struct {
	Request query.Summary `json:"request"`
	From    float64       `json:"from"`
	To      float64       `json:"to"`
	Lane    int           `json:"lane"`
	Open    bool          `json:"open"`
}

type day struct {
	Bars  []dayBar `json:"bars"`
	Lanes int      `json:"lanes"`
	Total int      `json:"total"`
	Left  int      `json:"left"`
	Ticks []struct {
		At int64   `json:"at"`
		X  float64 `json:"x"`
	} `json:"ticks"`
}

// dayLaidOut has the page lay out requests.
func dayLaidOut(t *testing.T, p *browsertest.Page, requests []query.Summary, now time.Time, least float64, most int) day {
	t.Helper()
	rows, err := json.Marshal(requests)
	if err != nil {
		t.Fatal(err)
	}
	var d day
	p.Eval(fmt.Sprintf(`import("/assets/js/day.js").then((m) => m.layout(%s, %d, {least: %g, most: %d}))`, rows, now.UnixMilli(), least, most), &d)
	return d
}

func summary(id string, status deprovision.Status, started, updated time.Time) query.Summary {
	return query.Summary{Ref: deprovision.Ref{Tenant: contoso, Service: deprovision.Teams, Request: id}, Account: "a", Status: status, Seq: 1,
		Started: started, Updated: updated}
}

func TestDayHoldsWhatWasOpenInItAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants")
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ago := func(h float64) time.Time { return now.Add(-time.Duration(h * float64(time.Hour))) }
	d := dayLaidOut(t, p, []query.Summary{
		summary("over", deprovision.Succeeded, ago(30), ago(25)), summary("reaches-in", deprovision.Succeeded, ago(30), ago(12)),
		summary("within", deprovision.Failed, ago(10), ago(4)), summary("old-and-open", deprovision.Waiting, ago(700), ago(600)),
		summary("later", deprovision.Held, ago(-1), ago(-1)), summary("short", deprovision.Refused, ago(2), ago(2)),
	}, now, 0.01, 200)
	got := map[string]string{}
	for _, b := range d.Bars {
		got[b.Request.Request] = fmt.Sprintf("%.3f–%.3f %t", b.From, b.To, b.Open)
	}
	want := map[string]string{"reaches-in": "0.000–0.500 false", "within": "0.583–0.833 false", "old-and-open": "0.000–1.000 true", "short": "0.917–0.927 false"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(d.Ticks) < 24 || len(d.Ticks) > 25 {
		t.Errorf("%d ticks", len(d.Ticks))
	}
}

func TestDayCoversNoBarWithAnotherAndCountsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants")
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 200, 201, 450} {
		rows := []query.Summary{}
		for i := range n {
			from := now.Add(-time.Duration(random.Int64N(int64(24 * time.Hour))))
			to := from.Add(time.Duration(random.Int64N(int64(3 * time.Hour))))
			status := deprovision.Succeeded
			if to.After(now) {
				status, to = deprovision.Held, now
			}
			rows = append(rows, summary(fmt.Sprintf("r%d", i), status, from, to))
		}
		d := dayLaidOut(t, p, rows, now, 0.02, 200)
		if d.Total != n || len(d.Bars) != min(n, 200) || d.Left != max(0, n-200) {
			t.Errorf("of %d: %d in all, %d drawn, %d left out", n, d.Total, len(d.Bars), d.Left)
		}
		check(t, d, rows)
	}
}

// check holds a picture to its promises: no bar over another, none shorter than it may be or outside, no lane too many, the newest.
func check(t *testing.T, d day, rows []query.Summary) {
	t.Helper()
	slices.SortFunc(rows, func(a, b query.Summary) int { return b.Started.Compare(a.Started) })
	newest := map[string]bool{}
	for _, r := range rows[:min(len(rows), 200)] {
		newest[r.Request] = true
	}
	lanes := map[int][]dayBar{}
	for _, b := range d.Bars {
		if b.From < 0 || b.To > 1 || b.To-b.From < 0.02-1e-9 || b.Lane >= d.Lanes || !newest[b.Request.Request] {
			t.Errorf("%+v", b)
		}
		lanes[b.Lane] = append(lanes[b.Lane], b)
	}
	if len(lanes) != d.Lanes {
		t.Errorf("%d lanes, %d used", d.Lanes, len(lanes))
	}
	for _, lane := range lanes {
		slices.SortFunc(lane, func(a, b dayBar) int { return int(1e6 * (a.From - b.From)) })
		for i := range lane[1:] {
			if lane[i+1].From < lane[i].To-1e-9 {
				t.Errorf("%s lies over %s", lane[i+1].Request.Request, lane[i].Request.Request)
			}
		}
	}
}

func TestDayOfATenantIsReadByKeyboardAndAsATable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, end := range []deprovision.Status{deprovision.Succeeded, deprovision.Failed} {
		s := w.request(w.account(contoso, fmt.Sprintf("a%d", i), deprovision.Teams), fmt.Sprintf("r%d", i))
		s.claims()
		s.ends(end)
	}
	w.drawn()
	p := w.open("/tenants/contoso")
	p.See("2 requests were open in these 24 hours.")
	live := w.request(w.account(contoso, "a2", deprovision.Teams), "r2")
	live.claims()
	p.See("3 requests were open in these 24 hours.")
	if !strings.Contains(p.In("listitem", "r2").String(), "r2") {
		t.Error("no bar of r2")
	}
	p.Eval(`document.querySelector(".day a[tabindex='0']").focus()`, nil)
	p.See("r2: a2, Teams, in work, from ")
	p.Press("ArrowLeft")
	p.See("r1: a1, Teams, given up, from ")
	p.Press("Home")
	p.See("r0: a0, Teams, removed, from ")
	var order []string
	for _, s := range p.FocusOrder() {
		if s.Role == "link" && strings.Contains(s.Name, ", Teams, ") {
			order = append(order, s.Name)
		}
	}
	if len(order) > 1 {
		t.Errorf("Tab goes to %d bars: %q", len(order), order)
	}
	p.Click("DisclosureTriangle", "The same as a table")
	if rows := p.Rows("The last 24 hours as a table"); len(rows) != 3 || rows[0][0] != "r2" || rows[0][5] != "now" {
		t.Errorf("%q", rows)
	}
	p.Eval(`document.querySelector(".day a[tabindex='0']").focus()`, nil)
	p.Press("Enter")
	p.Until("the request", func() bool { return strings.Contains(p.URL(), "#/requests/contoso/teams/r") })
}
