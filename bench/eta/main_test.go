package main

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told is a removal of sixty seconds of work that waits for a person in the middle; each event tells of the time left.
func told(left ...time.Duration) removal {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var r removal
	for i, l := range left {
		d, high := deprovision.Duration(l), deprovision.Duration(2*l)
		p := deprovision.Progress{Seq: uint64(i + 1), Status: deprovision.Held, Updated: now, Left: &d, LeftHigh: &high}
		if now = now.Add(20 * time.Second); i == 2 {
			p.Status, now = deprovision.Waiting, now.Add(time.Hour)
		}
		r.states = append(r.states, p)
	}
	return r
}

func TestEstimateIsComparedWithTheWorkThatCameAndNotWithWaits(t *testing.T) {
	t.Parallel()
	r := told(50*time.Second, 40*time.Second, 20*time.Second, 8*time.Second, 0) // 20, 20, a wait of an hour and 20, 20: sixty seconds of work
	for share, want := range map[float64]score{
		0.1: {left: 54 * time.Second, off: 10.0 / 54, share: 10.0 / 60, within: true}, // said 50 s, 6 s ago
		0.5: {left: 30 * time.Second, off: 0, share: 0, within: true},                 // said 40 s, 10 s ago
		0.9: {left: 6 * time.Second, off: 1, share: 0.1, within: false},               // said 8 s, 14 s ago
	} {
		got, err := judge(r, share)
		if err != nil || got.left != want.left || math.Abs(got.off-want.off) > 1e-6 || math.Abs(got.share-want.share) > 1e-6 || got.within != want.within {
			t.Errorf("at %.0f %%: %+v, %v, want %+v", 100*share, got, err, want)
		}
	}
	r.states[1].Left = nil
	if _, err := judge(r, 0.5); err == nil {
		t.Error("an event without an estimate passes")
	}
}

func TestSmallRunPrintsATableAndWritesTheBlock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(path, []byte("# Performance\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bench(t.Context(), []string{"-removals", "2", "-before", "1", "-in-flight", "3", "-out", path}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Performance\n", "**2 removals**", "| 10 % |", "| 50 % |", "| 90 % |", "| exchange-online | 1 |"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(string(body), "NaN") || strings.Contains(string(body), os.TempDir()) || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("printed\n%s\nwrote\n%s", out.String(), body)
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	if o, err := parse(nil, io.Discard); err != nil || o.removals != 200 || o.out != "../docs/performance.md" {
		t.Errorf("%+v, %v", o, err)
	}
	for _, bad := range []string{"-removals 0", "-in-flight 0", "-before -1", "more", "-unknown"} {
		if _, err := parse(strings.Fields(bad), io.Discard); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
