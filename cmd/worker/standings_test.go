package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"testing"
	"time"
)

// tenantRow is what GET /tenants says of contoso.
type tenantRow struct {
	Gate struct {
		Closed      *bool
		ClosedUntil time.Time
		Unknown     bool
	}
	Budget struct {
		Calls, Burst int
		Per          string
		Left         *int
		Unknown      bool
	}
	Requests map[string]any
}

// tenantIs asks the API until what it says of contoso is so.
func (s *site) tenantIs(api, what string, so func(tenantRow) bool) {
	s.t.Helper()
	var list struct{ Tenants []tenantRow }
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := http.NewRequestWithContext(s.ctx, http.MethodGet, api+"/tenants", nil)
		if err != nil {
			s.t.Fatal(err)
		}
		resp, err := c.Do(r)
		if err != nil {
			s.t.Fatalf("%s: %v; it said %+v", what, err, list)
		}
		list.Tenants = nil
		err = json.NewDecoder(resp.Body).Decode(&list)
		_ = resp.Body.Close() // it was read
		if err != nil || resp.StatusCode != http.StatusOK || len(list.Tenants) != 1 {
			s.t.Fatalf("%s: %d, %v", what, resp.StatusCode, err)
		}
		if so(list.Tenants[0]) {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.ctx.Done():
			s.t.Fatalf("%s: it says %+v", what, list.Tenants[0])
		}
	}
}

func TestTenantStandsAsAllWorkersKnowAndUnknownWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{patience: 2 * time.Minute})
	config, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.config, append(config, "throttle: {calls: 600, per: 1m, burst: 10}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.start("worker", append(s.time(), crashEnv+"="), "run", "--config", s.config)
	at := regexp.MustCompile(`http=(\S+)`).FindStringSubmatch(p.line(s, "the worker takes requests"))
	api := "http://" + at[1] + "/api/v1"
	one := func(r tenantRow) bool {
		return r.Gate.Closed != nil && !*r.Gate.Closed && r.Budget.Left != nil && *r.Budget.Left == 10 && r.Budget.Per == "1m0s" && r.Requests["total"] == 1.0
	}
	unknown := func(r tenantRow) bool {
		return r.Gate.Unknown && r.Budget.Unknown && r.Budget.Calls == 600 && r.Requests["unknown"] == true && r.Requests["total"] == nil
	}
	r := confirmedRequest()
	r.Options.DryRun = true
	s.end(s.submit(r))
	s.tenantIs(api, "a request that has ended", func(r tenantRow) bool { return one(r) && r.Requests["planned"] == 1.0 && r.Requests["open"] == 0.0 })
	s.redis.Kill()
	s.tenantIs(api, "Redis is away", unknown)
	s.redis.Wipe()
	s.redis.Restart()
	s.tenantIs(api, "Redis came back empty", one)
}
