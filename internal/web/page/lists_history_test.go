package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const history = "Requests"

// rowOf returns the cells of the first row of a table.
func rowOf(p *browsertest.Page, table string) string {
	rows := p.Rows(table)
	if len(rows) == 0 {
		return ""
	}
	return strings.Join(rows[0], " | ")
}

// seeFirst waits until the first row of the history is that of a request.
func seeFirst(p *browsertest.Page, request string) {
	p.Until(request+" stands first", func() bool { return strings.HasPrefix(rowOf(p, history), request+" |") })
}

func TestHistoryPagesThroughAHundredThousandRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(100_000)
	p := w.open("/requests")
	seeFirst(p, "c-099999")
	p.See("All requests: 100,000, of which 10,000 are open")
	p.Find("button", "removed 50,000")
	if n := len(p.Rows(history)); n != 50 {
		t.Errorf("%d rows on a page", n)
	}
	begun := time.Now()
	p.Click("button", "Older")
	seeFirst(p, "c-099949")
	t.Logf("the next page came within %s of the click", time.Since(begun).Round(time.Millisecond))
	p.Click("button", "Older")
	seeFirst(p, "c-099899")
	p.See("Page 3: 50 requests")
	p.Reload()
	seeFirst(p, "c-099899")
	p.Click("button", "Newer")
	seeFirst(p, "c-099949")
	p.Back()
	seeFirst(p, "c-099899")
	p.Click("button", "given up 10,000")
	seeFirst(p, "c-099997")
	if n := len(p.Rows(history)); n != 50 {
		t.Errorf("%d rows of the failed ones", n)
	}
}

func TestHistoryKeepsItsFilterInTheAddressAndTheFocusInItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(70)
	p := w.open("/requests")
	p.Choose("Status", "given up")
	seeFirst(p, "c-000067")
	p.SeeFocus("combobox", "Status")
	p.Choose("Service", "OneDrive")
	p.Check("Open only", false)
	want := 0
	for i := range 70 {
		if r := crowded(i); r.Status == deprovision.Failed && r.Request.Service == deprovision.OneDrive {
			want++
		}
	}
	count := func() { p.Until("the rows that fit", func() bool { return len(p.Rows(history)) == want }) }
	count()
	if !strings.HasSuffix(p.URL(), "#/requests?service=onedrive&status=failed") {
		t.Errorf("the address is %s", p.URL())
	}
	p.Reload()
	count()
	if v := p.Value("combobox", "Service"); v != "OneDrive" && v != "onedrive" {
		t.Errorf("after a reload the field holds %q", v)
	}
	p.Fill("Account", "no such account!")
	p.Press("Enter")
	p.See("account: ")
	p.Expect("400")
	p.Click("button", "Clear the filter")
	seeFirst(p, "c-000069")
	if v := p.Value("combobox", "Status"); v != "all" && v != "" {
		t.Errorf("a cleared field holds %q", v)
	}
	p.Fill("Account", "account-3")
	p.Press("Enter")
	p.Until("the account's requests", func() bool { return len(p.Rows(history)) == 10 })
}

func TestHistoryFollowsChangesInPlaceAndMovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.request(w.account(contoso, "first", deprovision.Teams), "r1")
	first.claims()
	first.stops(deprovision.StopConfirm, "the plan is made")
	w.drawn()
	p := w.open("/requests?status=waiting")
	p.In("row", "r1").Find("link", "a person: confirm")
	p.Eval(`document.querySelector("tbody a").focus()`, nil)

	second := w.request(w.account(contoso, "second", deprovision.OneDrive), "r2")
	second.claims()
	second.stops(deprovision.StopMissingRights, "a right is missing")
	p.Find("button", "1 new request: show")
	first.ends(deprovision.Succeeded)
	p.In("row", "r1").See("removed")
	p.See("1 row in grey changed since and no longer fits the filter.")
	if rows := p.Rows(history); len(rows) != 1 {
		t.Errorf("rows came or went by themselves: %v", rows)
	}
	p.SeeFocus("link", "r1")
	w.drawn()
	p.Click("button", "1 new request: show")
	seeFirst(p, "r2")
	p.Lost("row", "r1")
}

func TestHistorySaysWhatARequestWaitsForAndWhyItFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parked := w.request(w.account(contoso, "parked", deprovision.Teams), "parked-1")
	parked.claims()
	parked.parks("throttled", 2*time.Hour)
	failed := w.request(w.account(contoso, "failed", deprovision.OneDrive), "failed-1")
	failed.claims()
	failed.append(deprovision.Ended, func(e *deprovision.Event) {
		e.Progress.Status, e.Progress.Claim, e.Progress.Removed = deprovision.Failed, nil, 12_345
		e.Progress.Detail = `<img src=x onerror="document.title='owned'">` + "\u202egnp.exe" + strings.Repeat("x", 90)
	})
	w.drawn()
	p := w.open("/requests")
	p.In("row", "parked-1").See("until ")
	p.In("row", "parked-1").See("in 1 h 59 min")
	row := p.In("row", "failed-1")
	row.See("12,345")
	row.See(`<img src=x onerror="document.title='owned'">`)
	p.Viewport(360, 780, true, true)
	p.Sound(browsertest.Width, browsertest.Names)
	var title string
	if p.Eval("document.title", &title); title != "Requests – Deprovisioner" {
		t.Errorf("the title is %q", title)
	}
}

func TestHistoryOpensARequestByItsWholeNameAndNarrowsByItsID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	const field = "Request id, or tenant/service/id to open one"
	p := w.open("/requests")
	seeFirst(p, "c-000019")
	p.Fill(field, "0012")
	p.Until("one row", func() bool { return len(p.Rows(history)) == 1 })
	p.Fill(field, "nothing has this")
	p.See("No request on this page has this text in its id.")
	p.Expect("404") // the crowd is in no journal
	p.Fill(field, "contoso/teams/c-000012")
	p.Press("Enter")
	p.Until("the request's address", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/teams/c-000012") })
	p.Back()
	p.Fill(field, "contoso.teams.c-000013")
	p.Click("button", "Open it")
	p.Until("the request's address", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/teams/c-000013") })
}

func TestHistoryTellsEmptinessAndTroubleApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/requests")
	p.See("Nothing was ever asked of this worker.")
	p.Choose("Status", "refused")
	p.See("No request fits the filter.")
	p.Gone("Loading…")
	p.Expect("503")
	w.redis.Kill()
	p.Choose("Status", "given up")
	p.Find("button", "Try again")
	p.Gone("No request fits the filter.")
	w.redis.Restart()
	p.Until("the worker answers again", func() bool {
		if p.Has("button", "Try again") {
			p.Click("button", "Try again")
		}
		return strings.Contains(p.VisibleText(), "No request fits the filter.")
	})
}

// A token of some tenants gets one tenant after the other: the pages are filled over the seam.
func TestHistoryFillsItsPagesOverSeveralTenants(t *testing.T) {
	t.Parallel()
	const partial = "partial-token-0123456789abcdef01234567"
	w := newWorld(t, func(o *api.Options) {
		token, err := api.NewToken("msp", partial, []string{contoso, fabrikam}, []api.Right{api.Read})
		if err != nil {
			t.Fatal(err)
		}
		o.Tokens = append(o.Tokens, token)
	})
	for i := range 3 {
		s := w.request(w.account(fabrikam, fmt.Sprintf("a%d", i), deprovision.Teams), fmt.Sprintf("r%d", i))
		s.claims()
	}
	w.drawn()
	p := w.opened("/requests", partial)
	p.Until("three rows", func() bool { return len(p.Rows(history)) == 3 })
	p.See("tenant by tenant")
}

func TestListsAskWhoeverMayNotLookToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, closedToStrangers)
	w.crowd(3)
	p := w.open("/requests?status=succeeded")
	p.Expect("401")
	p.See("Sign in to look")
	p.In("main", "").Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	d.Fill("Token", onlooker)
	d.Click("button", "Sign in")
	seeFirst(p, "c-000001")
}

// Another worker may have the tenant, or it was taken out of the configuration, or nobody ever had it: what is stored can be read all the same.
func TestPageShowsRequestsOfTenantsThatTheWorkerDoesNotHaveAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const woodgrove, who = "woodgrove", "woodgrove (not a tenant of this worker)"
	s := w.request(w.account(woodgrove, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call failed")
	over := w.request(w.account(woodgrove, "chat", deprovision.TeamsChat), "r2")
	over.claims()
	over.ends(deprovision.SucceededWithRemainder, deprovision.Remainder{Name: "generated data", Instructions: "Ask the vendor."})
	w.drawn()
	p := w.opened("/requests", operator)
	p.In("row", "r1").See(who)
	p.In("row", "r2").See(who)
	goes(p, "/manual")
	p.In("row", "r1").See(who)
	p.In("row", "r1").See("a call failed")
	p.See("generated data")
	p.Click("link", "Decide request r1")
	p.See("This worker does not have the tenant woodgrove.")
	p.See("A step failed")
	p.See("When it happened")
	p.See("Nothing can be decided here")
	p.Lost("button", "Retry…")
	findings(t, "a request of another worker's tenant", p.Audit())
	goes(p, "/requests/woodgrove/teams-chat/r2")
	p.See("This worker does not have the tenant woodgrove.")
	p.See("It is asked for at a worker that has the tenant.")
	p.Lost("button", "Take up what is left…")
	goes(p, "/requests/woodgrove/teams-chat/r2/evidence")
	p.See("Back to the request")
	p.Find("button", "Download the sealed bundle")
}
