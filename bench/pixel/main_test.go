package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSmallRunSeesEveryNumberPaintedAndWritesTheBlock(t *testing.T) {
	t.Parallel()
	if _, err := browsertest.Binary(); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(path, []byte("# Performance\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bench(t.Context(), []string{"-probes", "3", "-requests", "10", "-rates", "0,50", "-out", path}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Performance\n", "10 other requests", "| a row of the list of requests | 0 | **", "| the details of a request | 0 | **"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Count(out.String(), "\n") != 5 {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	if o, err := parse(nil, io.Discard); err != nil || o.probes != 200 || len(o.rates) != 3 || o.out != "../docs/performance.md" {
		t.Errorf("%+v, %v", o, err)
	}
	for _, bad := range []string{"-probes 0", "-requests 0", "-rates x", "-rates 1,-1", "more", "-unknown"} {
		if _, err := parse(strings.Fields(bad), io.Discard); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestNumberIsWrittenAsThePageWritesIt(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1_000_000: "1,000,000", 1_234_567: "1,234,567", 9_000_040: "9,000,040"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
