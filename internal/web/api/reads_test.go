package api_test

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Every route that makes a consumer on NATS is held up while a slow reader has the only place.
func TestCallsThatReadThroughAStreamAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) {
		*o = api.WithTimes(*o, time.Minute, time.Minute)
		o.Reads = 1
	})
	j := w.writes(request("contoso", "r1"))
	detail := strings.Repeat("x", 20<<10)
	for range 400 { // 8 MiB, more than the buffers of both ends
		j.append(deprovision.Held, func(e *deprovision.Event) { e.Progress.Detail = detail })
	}
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if err := slow.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Write([]byte("GET " + path("contoso", "r1") + "/evidence HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	for _, r := range api.Routes() {
		bounded := slices.Contains([]string{"getPlan", "getDifference", "listArtifacts", "getEvidence", "getReport", "getTimeline", "listAccounts",
			"listDeadLetters"}, r.ID)
		if !bounded && (r.Right != api.Read || r.Media == "text/event-stream" || r.ID == "listRequests") {
			continue
		}
		a := w.calls(t, r, admin)
		if (a.status == http.StatusServiceUnavailable) != bounded {
			t.Errorf("%s: %d %s", r.ID, a.status, a.body)
		}
		if bounded && a.problem(http.StatusServiceUnavailable, "too-many-reads", "").Detail != "" && a.header.Get("Retry-After") == "" {
			t.Errorf("%s: it does not say when to try again", r.ID)
		}
	}
	w.ask(http.MethodPost, path("contoso", "r2")+"/decisions", admin, `{"id":"d1","verb":"cancel"}`).problem(http.StatusNotFound, "unknown-request", "")
	_ = slow.Close()
	for w.ask(http.MethodGet, api.Base+"/dead-letters", admin, "").status != http.StatusOK { // its place is free again
		if t.Context().Err() != nil {
			t.Fatal("the place of who has gone is never free again")
		}
	}
}
