package page_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPageTellsTimesByTheWorkersClockAndSaysThatItsComputersIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	s.parks("throttled", 40*time.Minute+30*time.Second)
	w.drawn()
	w.gate.Close(t.Context(), fabrikam, 20*time.Minute+30*time.Second)
	for _, test := range []struct {
		by   time.Duration
		says string
	}{
		{by: 3 * time.Hour, says: "This computer's clock is 3 h ahead; times here follow the worker's."},
		{by: -12 * time.Minute, says: "This computer's clock is 12 min behind; times here follow the worker's."},
		{by: 30 * time.Second},
	} {
		p := browsertest.New(t)
		p.Ahead(test.by)
		p.Open(w.url("/requests/contoso/exchange-online-inline/r1"))
		p.See("throttled")
		p.See("in 40 min") // when it goes on
		p.Gone("is due since")
		goes(p, "/tenants")
		p.In("row", "fabrikam").See("in 20 min")
		if test.says == "" {
			p.Gone("This computer's clock")
			continue
		}
		p.See(test.says)
		findings(t, "a wrong clock", p.Audit())
	}
}

// What the page knows of the worker's clock after answers: when each was asked for and came, and what time it named, in milliseconds.
const clocks = `(async (answers) => {
	const clock = await import("/assets/js/clock.js?%s");
	const real = Date.now;
	let turned = 0;
	clock.turned(() => { turned++; });
	for (const [sent, got, named] of answers) {
		Date.now = () => sent;
		const learn = clock.asking();
		Date.now = () => got;
		learn(named === null ? null : new Date(named).toISOString());
	}
	Date.now = () => 0;
	const out = [clock.now(), clock.wrong(), turned].join(" ");
	Date.now = real;
	return out;
})(%s)`

func TestClockLearnsFromEveryAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/nowhere")
	p.See("There is nothing here")
	for _, test := range []struct{ name, answers, want string }{
		{"none named a time", `[[1000, 2000, null]]`, "0 0 0"},
		{"the same as far as one can tell", `[[5000, 9000, 5500], [10000, 10010, 10005]]`, "0 0 0"},
		{"half of a round trip", `[[1000, 1100, 501050]]`, "500000 -500000 1"},
		{"the shorter way tells more", `[[1000, 9000, 501000], [10000, 10100, 510050]]`, "499975 -499975 2"},
		{"a slow answer takes nothing back", `[[10000, 10100, 510050], [20000, 29000, 521000]]`, "500000 -500000 1"},
		{"a clock that was set", `[[10000, 10100, 510050], [520000, 520100, 520050]]`, "0 0 2"},
		{"set while the answer was on its way", `[[10000, 10100, 510050], [900000, 10200, 510150]]`, "500000 -500000 1"},
		{"behind for less than a minute", `[[100000, 100100, 150050]]`, "50000 0 1"},
		{"ahead", `[[1000000, 1000100, 500050]]`, "-500000 500000 1"},
	} {
		var got string
		if p.Eval(fmt.Sprintf(clocks, test.name, test.answers), &got); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
