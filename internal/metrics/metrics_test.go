package metrics_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/deprovisioner/deprovisioner/internal/metrics"
)

func observed() *metrics.Metrics {
	m := metrics.New(func() (metrics.Summary, bool) {
		return metrics.Summary{Open: map[string]map[string]int{"teams": {"held": 1, "x": 1, "y": 1}, "nope": {"held": 1}}, OldestWaiting: time.Hour}, true
	})
	m.Ended("exchange-online-inline", "succeeded")
	m.StepDone("exchange-online-inline", "drain", time.Second)
	m.Redelivered("requests")
	m.RefusedAppend()
	m.Takeover()
	m.TenantCall("graph", "2xx", time.Second)
	m.Throttled("graph", time.Second)
	m.DeadLettered("made up by a sender")
	m.PictureLag(3)
	m.ProjectorUp(true)
	return m
}

func TestNamesFollowTheConventionsOfPrometheus(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(observed().Gatherer())
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
}

func TestPromtoolFindsNoFault(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed")
	}
	cmd := exec.CommandContext(t.Context(), tool, "check", "metrics")
	cmd.Stdin = strings.NewReader(scrape(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestDocumentationListsExactlyTheMetrics(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	family := regexp.MustCompile("(?m)^. `(deprovisioner_[a-z_]+)`")
	var listed, served []string
	for _, match := range family.FindAllStringSubmatch(string(body), -1) {
		listed = append(listed, match[1])
	}
	for _, match := range regexp.MustCompile(`(?m)^# TYPE (deprovisioner_[a-z_]+)`).FindAllStringSubmatch(scrape(t), -1) {
		served = append(served, match[1])
	}
	slices.Sort(listed)
	slices.Sort(served)
	if !slices.Equal(listed, served) {
		t.Errorf("listed %v\nserved %v", listed, served)
	}
}

func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	body := scrape(t)
	for _, want := range []string{
		`deprovisioner_dead_letters_total{reason="other"} 1`, `deprovisioner_requests_open{service="teams",state="other"} 2`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "made up") || strings.Contains(body, "nope") {
		t.Error("a label came from outside")
	}
}

func TestStepDurationIsServedAsNativeHistogramToo(t *testing.T) {
	t.Parallel()
	families, err := observed().Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range families {
		if f.GetName() == "deprovisioner_step_duration_seconds" {
			found = true
			if h := f.GetMetric()[0].GetHistogram(); len(h.GetBucket()) == 0 || len(h.GetPositiveSpan()) == 0 {
				t.Errorf("got %v", h)
			}
		}
	}
	if !found {
		t.Error("it is not served")
	}
}

func TestCountersAreThereBeforeTheirFirstEventAndGaugesOnlyWhenKnown(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	unknown := metrics.New(func() (metrics.Summary, bool) { return metrics.Summary{}, false })
	unknown.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for series, want := range map[string]bool{
		`deprovisioner_requests_ended_total{outcome="rejected",service="exchange-online-inline"} 0`: true,
		`deprovisioner_tenant_calls_total{api="graph",class="429"} 0`:                               true,
		`deprovisioner_dead_letters_total{reason="unreadable"} 0`:                                   true,
		"deprovisioner_oldest_waiting_age_seconds":                                                  false,
		"deprovisioner_requests_open":                                                               false,
	} {
		if strings.Contains(w.Body.String(), series) != want {
			t.Errorf("%s: want %t", series, want)
		}
	}
}

func TestEveryReasonOfADeadLetterIsALabel(t *testing.T) {
	t.Parallel()
	for path, form := range map[string]string{
		"../journal/reject.go": `return "([a-z-]+)"`, "../engine/table.go": `act: deadIt, reason: "([a-z-]+)"`,
	} {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		reasons := regexp.MustCompile(form).FindAllStringSubmatch(string(source), -1)
		if len(reasons) == 0 {
			t.Errorf("%s names no reason: is it still written so?", path)
		}
		for _, r := range reasons {
			if !strings.Contains(scrape(t), `deprovisioner_dead_letters_total{reason="`+r[1]+`"}`) {
				t.Errorf("%s of %s is counted as other", r[1], path)
			}
		}
	}
}

func scrape(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	observed().Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	return w.Body.String()
}
