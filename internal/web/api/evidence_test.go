package api_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func TestEvidenceThatIsFetchedCanBeVerified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan := w.waits(request("contoso", "r1"))
	a := w.ask(http.MethodGet, path("contoso", "r1")+"/evidence", reader, "").want(http.StatusOK)
	if got := a.header.Get("Content-Type"); got != "application/jsonl" {
		t.Errorf("it is %s", got)
	}
	sum, err := evidence.Verify(bytes.NewReader(a.body), evidence.Check{})
	if err != nil || sum.Request != "contoso.exchange-online-inline.r1" || sum.Events == 0 || sum.Plans != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	changed := bytes.Replace(a.body, []byte(plan.Artifacts[0].Name), []byte("Another name"), 1)
	if _, err := evidence.Verify(bytes.NewReader(changed), evidence.Check{}); err == nil {
		t.Error("a bundle that was changed is believed")
	}
}

func TestReportIsAPageThatLoadsAndRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waits(request("contoso", "r1"))
	a := w.ask(http.MethodGet, path("contoso", "r1")+"/report", reader, "").want(http.StatusOK)
	policy := a.header.Get("Content-Security-Policy")
	if a.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
		t.Errorf("%v", a.header)
	}
	if page := string(a.body); !strings.HasPrefix(page, "<!") || !strings.Contains(page, "contoso.exchange-online-inline.r1") || strings.Contains(page, "<script") {
		t.Error(page)
	}
}

func TestEvidenceThatCannotBeReadToItsEndBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.writes(request("contoso", "r1"))
	for range 1500 { // far more than lies between two sockets
		j.append(deprovision.Held, func(e *deprovision.Event) { e.Change.Detail = strings.Repeat("why ", 5000) })
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.address+path("contoso", "r1")+"/evidence", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	w.server.Stop()
	if n, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Errorf("what broke off looks whole: %d bytes", n)
	}
}
