package page_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPageFollowsARequestWithoutReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	p.Eval("void (window.same = true)", nil)
	s := w.request(a, "r1")
	s.claims()
	p.In("row", "inline").See("in work")
	s.stops(deprovision.StopConfirm, "the plan is made")
	p.In("row", "inline").See("waits for you")
	s.ends(deprovision.Succeeded)
	p.See("There is no service account left to remove.")
	var same bool
	if p.Eval("window.same === true", &same); !same {
		t.Fatal("the page was loaded again")
	}
}
