package progress_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// listed returns the ids of all pages.
func listed(tb testing.TB, p *progress.Picture, f engine.Filter) []string {
	tb.Helper()
	var ids []string
	for {
		page, err := p.List(tb.Context(), f)
		if err != nil {
			tb.Fatal(err)
		}
		for _, r := range page.Requests {
			ids = append(ids, r.Request.ID)
		}
		if page.Next == "" {
			return ids
		}
		if len(page.Requests) == 0 {
			tb.Fatal("an empty page that is not the last")
		}
		f.After = page.Next
	}
}

// crowd is a mixture of requests; every fourth started at the same time as the three before it.
func crowd(n int) []deprovision.Progress {
	statuses := []deprovision.Status{deprovision.Held, deprovision.Parked, deprovision.Succeeded, deprovision.Waiting, deprovision.Failed}
	var out []deprovision.Progress
	for i := range n {
		out = append(out, document(i, 1, func(p *deprovision.Progress) {
			p.Request.ID = fmt.Sprintf("r%04d", i)
			p.Request.Tenant = []string{"contoso", "fabrikam"}[i%2]
			p.Request.Service = deprovision.Services()[i%3]
			p.Request.Account = fmt.Sprintf("account-%d", i%7)
			p.Status = statuses[i%len(statuses)]
			p.Started = start.Add(time.Duration(i/4) * time.Second)
		}))
	}
	return out
}

func TestListSelectsByEveryFieldNewestFirst(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		all := crowd(100)
		apply(t, p, 1, all...)
		for _, f := range []engine.Filter{
			{}, {Tenant: "contoso"}, {Service: deprovision.ExchangeOnline}, {Account: "account-3"}, {Status: deprovision.Parked}, {Open: true},
			{Tenant: "fabrikam", Open: true}, {Tenant: "contoso", Service: deprovision.ExchangeOnline, Account: "account-0", Status: deprovision.Held, Open: true},
			{Status: deprovision.Succeeded, Open: true}, {Tenant: "nobody"},
		} {
			var want []string
			for _, d := range all {
				if (f.Tenant == "" || d.Request.Tenant == f.Tenant) && (f.Service == "" || d.Request.Service == f.Service) &&
					(f.Account == "" || d.Request.Account == f.Account) && (f.Status == "" || d.Status == f.Status) && (!f.Open || !d.Status.Terminal()) {
					want = append(want, d.Request.ID)
				}
			}
			for _, limit := range []int{0, 1, 3, 1000} {
				f.Limit = limit
				got := listed(t, p, f)
				if !slices.IsSortedFunc(got, func(a, b string) int { return order(all, b) - order(all, a) }) {
					t.Errorf("%+v: not newest first: %v", f, got)
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%+v: got %v, want %v", f, got, want)
				}
			}
		}
	})
}

func order(all []deprovision.Progress, id string) int {
	i := slices.IndexFunc(all, func(p deprovision.Progress) bool { return p.Request.ID == id })
	return int(all[i].Started.Sub(start) / time.Second)
}

// Between its two scripts a change is in the document and not yet in the indexes.
func TestADocumentNewerThanItsIndexesIsNotListedAsWhatItWas(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		apply(t, p, 1, document(1, 1), document(2, 1))
		newer, err := json.Marshal(document(1, 2, status(deprovision.Succeeded)))
		if err != nil {
			t.Fatal(err)
		}
		if err := t.client.Set(t.Context(), "deprovision:{contoso.teams.r1}", newer, 0).Err(); err != nil {
			t.Fatal(err)
		}
		for _, f := range []engine.Filter{{Open: true}, {Status: deprovision.Held}, {Open: true, Limit: 1}} {
			if got := listed(t, p, f); !slices.Equal(got, []string{"r2"}) {
				t.Errorf("%+v: %v", f, got)
			}
		}
		if err := p.Open(t.Context(), func(r deprovision.Progress) bool { return r.Request.ID == "r2" }); err != nil {
			t.Error(err)
		}
	})
}

func TestPagingMissesNothingWhileRequestsComeAndChange(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		apply(t, p, 1, crowd(40)...)
		f := engine.Filter{Tenant: "contoso", Limit: 7}
		var got []string
		for next := 100; ; next++ {
			page, err := p.List(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Requests {
				got = append(got, r.Request.ID)
			}
			if f.After = page.Next; f.After == "" {
				break
			}
			apply(t, p, uint64(next), document(next, 1)) // a newer one
			last := page.Requests[len(page.Requests)-1]
			last.Seq, last.Status = last.Seq+1, deprovision.Cancelled
			apply(t, p, uint64(next), last) // the one that the cursor names
		}
		if len(got) != 20 || len(slices.Compact(slices.Clone(got))) != 20 {
			t.Errorf("got %d: %v", len(got), got)
		}
	})
}

func TestOpenGivesEveryRequestThatHasNotEnded(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		all := crowd(250)
		apply(t, p, 1, all...)
		var got []string
		if err := p.Open(t.Context(), func(r deprovision.Progress) bool { got = append(got, r.Request.ID); return true }); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, d := range all {
			if !d.Status.Terminal() {
				want = append(want, d.Request.ID)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("got %d, want %d", len(got), len(want))
		}
		seen := 0
		if err := p.Open(t.Context(), func(deprovision.Progress) bool { seen++; return seen < 3 }); err != nil || seen != 3 {
			t.Errorf("went on after no: %d, %v", seen, err)
		}
	})
}

// A selection may be rare in sets that are all large: the walk goes on over many scripts.
func TestListFindsOneAmongThousands(t *testing.T) {
	t.Parallel()
	p := progress.New(realServer(t).client, progress.Options{})
	var all []deprovision.Progress
	for i := range 5000 {
		all = append(all, document(i, 1, func(p *deprovision.Progress) {
			if i%2 == 0 {
				p.Request.Tenant = "fabrikam"
			} else if i > 1 {
				p.Status = deprovision.Parked
			}
		}))
	}
	apply(t, p, 1, all...)
	if got := listed(t, p, engine.Filter{Tenant: "contoso", Status: deprovision.Held}); !slices.Equal(got, []string{"r1"}) {
		t.Errorf("got %v", got)
	}
}

func TestListNamesTheFieldThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	p := progress.New(embedded(t).client, progress.Options{})
	for field, f := range map[string]engine.Filter{
		"limit": {Limit: 1001}, "tenant": {Tenant: "*"}, "service": {Service: "yammer"}, "account": {Account: "a b"},
		"status": {Status: "}{"}, "after": {After: "bm9uc2Vuc2U"},
	} {
		_, err := p.List(t.Context(), f)
		var invalid *deprovision.Invalid
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if _, _, err := p.Get(t.Context(), deprovision.Ref{Tenant: "{index}"}); err == nil {
		t.Error("a name that is none was looked up")
	}
}
