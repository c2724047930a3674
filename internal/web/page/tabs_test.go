package page_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPageInTwoTabsShowsTheDecisionOfOneInTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call was refused")
	w.drawn()
	decided := w.answering(nil)
	const request = "/requests/contoso/exchange-online-inline/r1"
	one := w.opened(request, decider)
	two := one.NewTab()
	two.Open(w.url(request))
	w.signIn(two, operator)

	// Both are about to decide; the first one does.
	two.Click("button", "Retry…")
	late := two.In("dialog", "Retry: inline of contoso")
	late.See("a call was refused")
	one.Click("button", "Retry…")
	one.In("dialog", "Retry: inline of contoso").Click("button", "Retry")
	d := waits(w, decided)
	if d.DecidedBy != "soc@contoso.example" {
		t.Errorf("decided by %s", d.DecidedBy)
	}
	s.obeys(d)
	late.See("The request has moved on")
	late.Click("button", "Close")
	two.Lost("button", "Retry…")
	two.See("soc@contoso.example")
	one.Lost("button", "Retry…")
	none(w, decided)
}
