package exchange_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestGetReadsEveryPageOfAListing(t *testing.T) {
	t.Parallel()
	f := tenantsim.InlineTenant()
	for i := range 1200 {
		f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: fmt.Sprintf("rule %04d", i)})
	}
	sim, x := simulate(t, f, tenantsim.WorkerAppID, tenantsim.WorkerSecret)
	rows, err := x.Get(t.Context(), "Get-TransportRule", params{"ResultSize": "Unlimited"})
	if err != nil {
		t.Fatal(err)
	}
	got := names(t, rows)
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != len(f.Exchange.TransportRules) {
		t.Errorf("%d rules", n)
	}
	if n := len(sim.CallsLike(tenantsim.Match{Cmdlet: "Get-TransportRule"})); n != 2 {
		t.Errorf("%d calls", n)
	}
	_, err = x.Get(t.Context(), "Get-TransportRule", nil)
	if f := wantFailure(t, err, deprovision.Malformed); !strings.Contains(f.Error(), "cut short") {
		t.Error(f)
	}
}

func TestDoRemovesByItsIDOnceAndTellsTheCall(t *testing.T) {
	t.Parallel()
	sim, x := worker(t)
	ctx := m365.WithCallID(t.Context(), "7d0c3f5e-0000-8000-8000-000000000001")
	r, err := x.Do(ctx, "Remove-TransportRule", params{"Identity": tenantsim.RuleSkipSpam})
	if err != nil {
		t.Fatal(err)
	}
	seen := sim.CallsLike(tenantsim.Match{Cmdlet: "Remove-*"})[0]
	if want := (m365.Receipt{Call: "Remove-TransportRule", ClientID: m365.CallID(ctx), RequestID: seen.RequestID}); r != want || seen.ClientRequestID != r.ClientID {
		t.Errorf("%+v, the tenant saw %+v", r, seen)
	}
	_, err = x.Do(ctx, "Remove-TransportRule", params{"Identity": tenantsim.RuleSkipSpam})
	wantClass(t, err, deprovision.Gone)
	if n := len(sim.Destructive()); n != 2 {
		t.Errorf("%d destructive calls", n)
	}
}

func TestErrorsInsideASuccessAreFailures(t *testing.T) {
	t.Parallel()
	_, x := worker(t)
	_, err := x.Do(t.Context(), "Remove-TenantAllowBlockListSpoofItems",
		params{"Identity": "default", "Ids": []string{"11111111-2222-3333-4444-555555555555"}})
	if f := wantFailure(t, err, deprovision.Gone); f.Status != http.StatusOK {
		t.Error(f)
	}
	x = answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"value":[],"@adminapi.errors":["something else"]}`)
	})
	_, err = x.Get(t.Context(), "Get-Mailbox", nil)
	wantClass(t, err, deprovision.Malformed)
}

func TestConfirmationThatIsAskedForIsNoRemoval(t *testing.T) {
	t.Parallel()
	sim, x := worker(t)
	_, err := x.Do(t.Context(), "Remove-TransportRule", params{"Identity": tenantsim.RuleSkipSpam, "Confirm": true})
	if f := wantFailure(t, err, deprovision.Malformed); !strings.Contains(f.Error(), "nothing was done") {
		t.Error(f)
	}
	if n := len(sim.Changes("")); n != 0 {
		t.Errorf("%d changes", n)
	}
}

func TestWarningsAreASuccess(t *testing.T) {
	t.Parallel()
	x := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"value":[],"@adminapi.warnings":["The command completed successfully but no settings have been modified."]}`)
	})
	if _, err := x.Do(t.Context(), "Set-HostedConnectionFilterPolicy", params{"Identity": "Default"}); err != nil {
		t.Error(err)
	}
}

func TestWhatCouldMeanEverythingIsNotSent(t *testing.T) {
	t.Parallel()
	sim, x := worker(t)
	for _, p := range []params{{"Identity": ""}, {"Identity": nil}, {"Identity": "  "}, {"Filter": ""}} {
		_, err := x.Get(t.Context(), "Get-TransportRule", p)
		var bad *deprovision.Invalid
		if wantClass(t, err, deprovision.Malformed); !errors.As(err, &bad) {
			t.Errorf("%v: %v", p, err)
		}
	}
	for cmdlet, p := range map[string]params{
		"Remove-TransportRule": {"Identity": ""}, "Remove-TenantAllowBlockListSpoofItems": {"Identity": "default", "Ids": []string{}},
		"Get-TransportRule": nil, "Remove-TransportRule; Remove-Mailbox": {"Identity": "x"}, "": nil,
	} {
		_, err := x.Do(t.Context(), cmdlet, p)
		wantClass(t, err, deprovision.Malformed)
	}
	_, err := x.Get(t.Context(), "Remove-TransportRule", params{"Identity": "x"})
	wantClass(t, err, deprovision.Malformed)
	if len(sim.Calls()) != 0 {
		t.Error("something was sent")
	}
}

func TestPagesThatRepeatOrLeaveTheServiceAreRefused(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"itself":          "?$skiptoken=1",
		"another host":    "https://elsewhere.example/adminapi/beta/x/InvokeCommand?$skiptoken=1",
		"another scheme":  "ftp://127.0.0.1/",
		"not an address":  "http://[::1",
		"scheme-relative": "//elsewhere.example/",
	} {
		asked := 0
		x := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked > 10 {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			_, _ = fmt.Fprintf(w, `{"value":[{}],"@odata.nextLink":%q}`, next)
		})
		_, err := x.Get(t.Context(), "Get-Mailbox", nil)
		if f := wantFailure(t, err, deprovision.Malformed); !strings.Contains(f.Error(), "page") {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestAnswerThatCannotBeReadIsUnknownForAChange(t *testing.T) {
	t.Parallel()
	x := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"value":`) })
	_, err := x.Do(t.Context(), "Remove-TransportRule", params{"Identity": "x"})
	wantClass(t, err, deprovision.Unknown)
	_, err = x.Get(t.Context(), "Get-TransportRule", nil)
	wantClass(t, err, deprovision.Malformed)
	empty := answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if _, err := empty.Do(t.Context(), "Remove-TransportRule", params{"Identity": "x"}); err != nil {
		t.Error(err)
	}
}

func TestFaultsOfTheServiceAreTold(t *testing.T) {
	t.Parallel()
	for kind, want := range map[tenantsim.FaultKind]deprovision.Class{
		tenantsim.FaultThrottle: deprovision.Throttled, tenantsim.FaultConcurrency: deprovision.Throttled, tenantsim.FaultHTML503: deprovision.Unknown,
		tenantsim.FaultError500: deprovision.Unknown, tenantsim.FaultForbidden: deprovision.Forbidden, tenantsim.FaultNulGzip403: deprovision.Forbidden,
		tenantsim.FaultResetBeforeCommit: deprovision.Unknown, tenantsim.FaultResetAfterCommit: deprovision.Unknown,
	} {
		sim, x := worker(t)
		fault := tenantsim.Fault{Do: kind, Times: -1, Match: tenantsim.Match{Cmdlet: "Remove-*"}}
		if kind == tenantsim.FaultThrottle {
			fault.RetryAfter = tenantsim.Seconds(1100 * time.Millisecond)
		}
		h := sim.Faults.Must(fault)
		_, err := x.Do(t.Context(), "Remove-TransportRule", params{"Identity": tenantsim.RuleSkipSpam})
		f := wantFailure(t, err, want)
		if h.Hits() != 1 || f.Call != "Remove-TransportRule" || f.API != "exchange" {
			t.Errorf("%s: %d calls, %v", kind, h.Hits(), f)
		}
		if kind == tenantsim.FaultThrottle && f.RetryAfter != 2*time.Second {
			t.Errorf("retry after %s", f.RetryAfter)
		}
	}
}

func TestCmdletsAreThoseThatTheCredentialMayRun(t *testing.T) {
	t.Parallel()
	_, x := worker(t)
	all, err := x.Cmdlets(t.Context())
	if err != nil || !slices.Contains(all, "Remove-TransportRule") || !slices.IsSorted(all) {
		t.Error(all, err)
	}
	_, x = simulate(t, tenantsim.InlineTenant(), tenantsim.ReaderAppID, tenantsim.ReaderSecret)
	read, err := x.Cmdlets(t.Context())
	if err != nil || slices.Contains(read, "Remove-TransportRule") || !slices.Contains(read, "Get-TransportRule") {
		t.Error(read, err)
	}
	_, err = x.Do(t.Context(), "Remove-TransportRule", params{"Identity": tenantsim.RuleSkipSpam})
	wantClass(t, err, deprovision.Forbidden)
	for _, body := range []string{`{"value":[]}`, `{"value":[{"exportedCmdlets":" , "}]}`, ``} {
		_, err := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }).Cmdlets(t.Context())
		wantClass(t, err, deprovision.Malformed)
	}
}

func TestTenantIsNamedByItsGUID(t *testing.T) {
	t.Parallel()
	for endpoint, tenant := range map[string]string{"https://outlook.office365.com": "contoso", "http://outlook.example": tenantsim.InlineTenantID} {
		var bad *deprovision.Invalid
		if _, err := exchange.New(new(http.Client), endpoint, tenant); !errors.As(err, &bad) {
			t.Error(err)
		}
	}
}

func TestSuccessThatIsNoListingIsNeitherEmptyNorARemoval(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{}`, `null`, `{"error":{"code":"InternalServerError","message":"x","details":[{"message":"Ex1|Microsoft.X.ADTransientException|the server is busy"}]}}`,
	} {
		x := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		if rows, err := x.Get(t.Context(), "Get-TransportRule", params{"ResultSize": "Unlimited"}); err == nil {
			t.Errorf("Get: %q is a listing of %d rows", body, len(rows))
		}
		if body == "" {
			continue // a cmdlet without output
		}
		if r, err := x.Do(t.Context(), "Remove-TransportRule", params{"Identity": "x"}); err == nil {
			t.Errorf("Do: %q is a removal: %+v", body, r)
		}
	}
}
