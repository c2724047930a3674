package tenantsim_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// clock is a time that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestFaultKinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   sim.Fault
		status  int // 0: the connection breaks
		removed bool
	}{
		"throttle":     {sim.Fault{Do: sim.FaultThrottle, RetryAfter: sim.Seconds(time.Second)}, 429, false},
		"concurrency":  {sim.Fault{Do: sim.FaultConcurrency}, 429, false},
		"html":         {sim.Fault{Do: sim.FaultHTML503}, 503, false},
		"error":        {sim.Fault{Do: sim.FaultError500}, 500, false},
		"forbidden":    {sim.Fault{Do: sim.FaultForbidden}, 403, false},
		"before":       {sim.Fault{Do: sim.FaultResetBeforeCommit}, 0, false},
		"after":        {sim.Fault{Do: sim.FaultResetAfterCommit}, 0, true},
		"latency":      {sim.Fault{Do: sim.FaultLatency, Latency: sim.Seconds(time.Millisecond)}, 200, true},
		"not matching": {sim.Fault{Do: sim.FaultError500, Match: sim.Match{Target: "other"}}, 200, true},
		"second only":  {sim.Fault{Do: sim.FaultError500, Match: sim.Match{Nth: 2}}, 200, true},
		"by name":      {sim.Fault{Do: sim.FaultError500, Match: sim.Match{Target: "TMCAS*Skip*"}}, 500, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := inline(t)
			x := r.exchangeToken()
			id, _ := r.sim.ObjectID(sim.InlineTenantID, sim.KindTransportRule, sim.RuleSkipSpam)
			c.fault.Match.Cmdlet = "Remove-TransportRule"
			r.sim.Faults.Must(c.fault)
			a, err := r.try(r.cmdletRequest(x, "Remove-TransportRule", params{"Identity": id}))
			if (err != nil) != (c.status == 0) || a.status != c.status {
				t.Errorf("status %d, error %v, want %d", a.status, err, c.status)
			}
			if got := len(r.sim.RemovedBy(id)) == 1; got != c.removed {
				t.Errorf("removed is %v, want %v", got, c.removed)
			}
		})
	}
}

func TestHangingCallArrivesLate(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	h := r.sim.Faults.Must(sim.Fault{Do: sim.FaultHang, Match: sim.Match{Cmdlet: "Remove-*"}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	req := r.cmdletRequest(x, "Remove-TransportRule", params{"Identity": sim.RuleSkipSpam}).WithContext(ctx)
	go func() { _, err := r.try(req); done <- err }()
	if err := h.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Fatal("the client got an answer")
	}
	h.Release()
	c, err := r.sim.WaitCall(t.Context(), sim.Match{Cmdlet: "Remove-*"}, 1)
	if err != nil || c.Effect != sim.EffectRemoved {
		t.Fatalf("%+v %v", c, err)
	}
}

func TestEarlyRetryWaitsLonger(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := newRig(t, sim.InlineTenant(), sim.Options{Now: c.now, Behaviour: sim.Behaviour{
		Throttle: []sim.Budget{{API: sim.APIExchange, Units: 2, Window: 10 * time.Second}}}})
	x := r.exchangeToken()
	get := func() (int, float64) {
		a := r.cmdlet(x, "Get-AcceptedDomain", nil)
		wait, _ := strconv.ParseFloat(a.header.Get("Retry-After"), 64)
		return a.status, wait
	}
	for range 2 {
		if status, _ := get(); status != 200 {
			t.Fatal(status)
		}
		c.move(1500 * time.Millisecond)
	}
	if status, wait := get(); status != 429 || wait != 7 {
		t.Fatalf("%d, wait %v", status, wait)
	}
	c.move(6500 * time.Millisecond)
	if status, wait := get(); status != 429 || wait != 7 {
		t.Fatalf("early: %d, wait %v", status, wait)
	}
	if calls := r.sim.Calls(); !calls[len(calls)-1].Early {
		t.Error("not marked early")
	}
	c.move(7 * time.Second)
	if status, _ := get(); status != 200 {
		t.Fatal("the gate stays closed")
	}
}

func TestInjectedThrottleClosesTheGateForTheAppOnly(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := newRig(t, sim.InlineTenant(), sim.Options{Now: c.now})
	x, reader, g := r.exchangeToken(), r.token(sim.ReaderAppID, sim.ReaderSecret, exchangeScope), r.graphToken()
	r.sim.Faults.Must(sim.Fault{Do: sim.FaultThrottle, RetryAfter: sim.Seconds(2128 * time.Millisecond)})
	if a := r.cmdlet(x, "Get-AcceptedDomain", nil); a.status != 429 || a.header.Get("Retry-After") != "2.128" {
		t.Fatalf("%d %v", a.status, a.header)
	}
	c.move(2 * time.Second) // what a client waits that cuts the fraction off
	if a := r.cmdlet(x, "Get-AcceptedDomain", nil); a.status != 429 {
		t.Errorf("early retry: %d", a.status)
	}
	if a := r.cmdlet(reader, "Get-AcceptedDomain", nil); a.status != 200 {
		t.Errorf("another app: %d", a.status)
	}
	if a := r.graph("GET", "/domains", g, nil); a.status != 200 {
		t.Errorf("another API: %d", a.status)
	}
}

func TestReadsLagBehindWrites(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := newRig(t, sim.InlineTenant(), sim.Options{Now: c.now, Behaviour: sim.Behaviour{
		Consistency: sim.Consistency{DeletedReads: 2, DeletedFor: time.Minute, NewReads: 1}}})
	g, x := r.graphToken(), r.exchangeToken()
	at := "/servicePrincipals/" + sim.ProductID
	if a := r.graph("DELETE", at, g, nil); a.status != 204 {
		t.Fatal(a.status)
	}
	for range 3 {
		if a := r.graph("GET", at, g, nil); a.status != 200 {
			t.Fatalf("it is gone for readers at once: %d", a.status)
		}
	}
	wantStatus(t, r.graph("DELETE", at, g, nil), 404, "Request_ResourceNotFound")
	c.move(time.Minute)
	wantStatus(t, r.graph("GET", at, g, nil), 404, "Request_ResourceNotFound")
	r.cmdlet(x, "New-TransportRule", params{"Name": "fresh"})
	for _, want := range []int{0, 1} {
		found := 0
		for _, n := range r.cmdlet(x, "Get-TransportRule", nil).column("Name") {
			if n == "fresh" {
				found++
			}
		}
		if found != want {
			t.Errorf("found %d, want %d", found, want)
		}
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := newRig(t, sim.InlineTenant(), sim.Options{Now: c.now})
	g := r.graphToken()
	c.move(time.Hour)
	wantStatus(t, r.graph("GET", "/domains", g, nil), 401, "InvalidAuthenticationToken")
}

func TestHook(t *testing.T) {
	t.Parallel()
	r := inline(t)
	body := map[string]any{"type": "removal", "data": map[string]any{"tenantId": sim.InlineTenantID, "accountId": sim.ProductAccountID}}
	wantStatus(t, r.hook("m1", "whsec_bm90IGl0", body), 401, "bad_signature")
	wantStatus(t, r.hookAt("m1", sim.HookSecret, time.Now().Add(-time.Hour), body), 401, "bad_signature")
	wantStatus(t, r.hook("m1", sim.HookSecret, map[string]any{"accountId": "none"}), 404, "unknown_account")
	for _, id := range []string{"m2", "m2", "m3"} {
		if a := r.hook(id, sim.HookSecret, body); a.status != 200 || a.json["state"] != "removed" {
			t.Fatalf("%d %s", a.status, a.raw)
		}
	}
	if got := r.sim.RemovedBy(sim.ProductAccountID); len(got) != 1 {
		t.Fatalf("removed %d times", len(got))
	}
}

func TestControlSurface(t *testing.T) {
	t.Parallel()
	r := inline(t)
	post := func(path, body string) answer {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+path, strings.NewReader(body))
		return r.do(req)
	}
	if a := post("/_sim/faults", `{"match":{"api":"exchange","cmdlet":"Remove-TransportRule","nth":2},"do":"throttle","retryAfter":"2.5"}`); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	for _, bad := range []string{`{"do":"explode"}`, `{"do":"latency"}`, `{"do":"hang","what":1}`, `{`} {
		if a := post("/_sim/faults", bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	x := r.exchangeToken()
	for _, want := range []int{200, 429} {
		name := map[int]string{200: sim.RuleSkipSpam, 429: sim.RuleMoveToJunk}[want]
		if a := r.cmdlet(x, "Remove-TransportRule", params{"Identity": name}); a.status != want || want == 429 && a.header.Get("Retry-After") != "2.5" {
			t.Errorf("%d %v, want %d", a.status, a.header, want)
		}
	}
	if a := post("/_sim/behaviour", `{"consistency":{"deletedReads":1}}`); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	for _, path := range []string{"calls", "state", "changes", "tenants", "faults"} {
		if a := r.do(r.request("GET", "/_sim/"+path, "", nil)); a.status != 200 || len(a.raw) < 3 {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	if a := post("/_sim/reset", ""); a.status != 204 || len(r.sim.Calls()) != 0 || len(r.sim.Changes("")) != 0 {
		t.Errorf("%d, %d calls", a.status, len(r.sim.Calls()))
	}
}
