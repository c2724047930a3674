package page_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
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
