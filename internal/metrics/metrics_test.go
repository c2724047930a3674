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
	m := metrics.New(func() metrics.Summary {
		return metrics.Summary{Open: map[string]map[string]int{"teams": {"held": 1, "x": 1, "y": 1}, "nope": {"held": 1}}, OldestWaiting: time.Hour}
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
	family := regexp.MustCompile("`(deprovisioner_[a-z_]+)`")
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
	for _, f := range families {
		if f.GetName() == "deprovisioner_step_duration_seconds" {
			if h := f.GetMetric()[0].GetHistogram(); len(h.GetBucket()) == 0 || len(h.GetPositiveSpan()) == 0 {
				t.Errorf("got %v", h)
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
