package page_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestTenantsTellHowManyRequestsWaitAndFollowThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "other", deprovision.OneDrive)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	w.drawn()
	p := w.open("/tenants")
	row := func() []string {
		for _, r := range p.Rows("Tenants") {
			if r[0] == contoso {
				return r[1:5]
			}
		}
		return nil
	}
	see := func(want string) { p.Until(want, func() bool { return strings.Join(row(), " ") == want }) }
	see("2 1 0 1") // accounts, open, waiting, all
	s.stops(deprovision.StopConfirm, "the plan is made")
	see("2 1 1 1")
	s.ends(deprovision.Succeeded)
	see("1 0 0 1")
	p.In("row", contoso).See("50 of 50 at once. 600 calls in 1 min")
}

func TestTenantsTellUntilWhenCallsAreHeldBackAndThatItIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants")
	calls := func() string {
		for _, r := range p.Rows("Tenants") {
			if r[0] == contoso {
				return r[5]
			}
		}
		return ""
	}
	p.Until("open", func() bool { return calls() == "open" })
	w.gate.Close(t.Context(), contoso, 20*time.Second)
	p.Until("throttled until a time", func() bool { return strings.HasPrefix(calls(), "throttled until ") })
	before := calls()
	p.Until("less time left", func() bool { return calls() != before && strings.HasPrefix(calls(), "throttled until ") })
	p.Until("it is over by itself", func() bool { return calls() == "open" })
}

func TestTenantsSayWhatIsNotKnownWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants")
	p.In("row", contoso).See("50 of 50")
	w.redis.Kill()
	p.In("row", contoso).See("unknown")
	p.See("it is away. Removals go on without it.")
	w.redis.Restart()
	p.In("row", contoso).See("50 of 50")
}

func TestTenantsKeepWhatTheyHadWhenTheWorkerIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants")
	p.In("row", contoso).See("50 of 50")
	p.Expect("ERR_")
	p.Expect("Failed to fetch")
	w.line.cut()
	p.See("These numbers are from ")
	p.In("row", contoso).See("50 of 50")
	w.line.mend()
	p.Gone("These numbers are from ")
}

func TestTenantThatIsNotThereIsSaidSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/tenants/tailspin")
	p.See("There is no such tenant here, or you may not see it.")
	p.Click("link", "All tenants")
	p.Click("link", contoso)
	p.See("No request was open in these 24 hours.")
	p.See("This tenant has no service accounts.")
}

// accounts puts n records of contoso at once; every tenth is of an account that was removed.
func (w *world) accounts(n int) {
	w.t.Helper()
	js, err := jetstream.New(w.nc, jetstream.WithPublishAsyncMaxPending(256))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range n {
		a := deprovision.Account{Tenant: contoso, ID: fmt.Sprintf("a-%05d", i), Service: deprovision.Teams, Kind: deprovision.Authorized, AppID: appID,
			State: deprovision.AccountActive}
		if i%10 == 9 {
			a.State, a.Closed = deprovision.AccountClosed, "r1"
		}
		msg, err := event.EncodeAccount(a)
		if err == nil {
			_, err = js.PublishMsgAsync(msg, jetstream.WithStallWait(time.Minute))
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
}

func TestTenantsCountAccountsExactlyHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.accounts(12_000)
	p := w.open("/tenants")
	p.Until("as many as there are", func() bool { return strings.HasPrefix(rowOf(p, "Tenants"), contoso+" | 10,800 | ") })
	goes(p, "/tenants/contoso")
	p.See("Of 12,000 records only the first 10,000 can be listed.")
	p.Click("button", "Show 100 more of 10,000")
	p.Until("two hundred", func() bool { return len(p.Rows("Service accounts")) == 200 })
}

func TestTenantSaysHowManyRequestsOfItsDayWereLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(5500) // within 92 minutes
	later := crowdBegan.Add(60 * 24 * time.Hour)
	var now atomic.Pointer[time.Time]
	w.now = func() time.Time { return *now.Load() }
	at := func(at time.Time) { now.Store(&at) }
	at(crowdBegan.Add(4 * time.Hour))
	day := w.open("/accounts").NewTab()
	day.Now(w.now())
	day.Open(w.url("/tenants/contoso"))
	day.See("At least 5,050 requests were open in these 24 hours.") // 50 of the first 500 have not ended
	day.See("Looked at were the 5,000 that began last of 5,500 requests, and all that are open: there may be others.")

	at(later)
	day = day.NewTab()
	day.Now(later)
	day.Open(w.url("/tenants/contoso"))
	day.See("550 requests were open in these 24 hours.")
	day.See("of 5,500 requests, and all that are open")
}

func TestTenantSaysNothingOfItsDayWhereAllWasLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(1200)
	w.now = func() time.Time { return crowdBegan.Add(4 * time.Hour) }
	p := w.open("/accounts").NewTab()
	p.Now(w.now())
	p.Open(w.url("/tenants/contoso"))
	p.See("1,200 requests were open in these 24 hours. The 200 that began last are drawn, 1,000 are not.")
	p.Gone("Looked at were")
}
