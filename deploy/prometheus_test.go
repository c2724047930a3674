package deploy_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPrometheusConfigurationIsValid(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), tool, "check", "config", "prometheus.yml").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestPrometheusScrapesTheWorkersInItsTargets(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed")
	}
	scraped := make(chan string, 100)
	worker := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { scraped <- r.URL.Path }))
	t.Cleanup(worker.Close)
	dir := t.TempDir()
	for file, change := range map[string][2]string{
		"prometheus.yml": {"scrape_interval: 15s", "scrape_interval: 1s"},
		"targets.yml":    {"127.0.0.1:8080", worker.Listener.Addr().String()},
	} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), change[0]) {
			t.Fatalf("%s has no %s: %v", file, change[0], err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(string(text), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", "127.0.0.1:0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case path := <-scraped:
		if path != "/metrics" {
			t.Errorf("asked for %s", path)
		}
	case <-ended:
		t.Error("prometheus ended")
	case <-patience.Done():
		t.Error("the worker was never scraped")
	}
}
