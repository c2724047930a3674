package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func testRig(t *testing.T) *rig {
	t.Helper()
	r, err := newRig(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestEveryLoopCarriesOutAllRequestsWithTheSameAppends(t *testing.T) {
	t.Parallel()
	const requests, inFlight = 20, 4
	r := testRig(t)
	loops := map[string]loop{"plain": &workerLoop{rig: r}, "Graph SDK": &workerLoop{rig: r, graph: true}}
	if _, _, err := r.turn(t.Context(), loops["plain"], 1, 3, nil); err != nil {
		t.Fatal(err)
	}
	appends, err := r.sample(t.Context())
	if err != nil || len(appends) != stepCount+1 {
		t.Fatalf("%d appends of a request, %v", len(appends), err)
	}
	loops["bare"] = &bareLoop{rig: r, appends: appends}
	sizes := map[string]uint64{}
	for name, l := range loops {
		taken, counted, err := r.turn(t.Context(), l, inFlight, requests, nil) // fails unless each request is in the journal, as often as the others
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if counted.Appends != stepCount+1 || taken.Took <= 0 {
			t.Errorf("%s: %+v, %+v", name, counted, taken)
		}
		stream, err := r.js.Stream(t.Context(), "DEPROVISION_REQUESTS")
		if err != nil {
			t.Fatal(err)
		}
		if left := stream.CachedInfo().State.Msgs; left > 0 {
			t.Errorf("%s: %d requests are not acknowledged", name, left)
		}
		drawn, err := r.picture.DBSize(t.Context()).Result()
		if err != nil || drawn < requests {
			t.Errorf("%s: %d keys in the picture, %v", name, drawn, err)
		}
		sizes[name] = counted.Bytes
	}
	if d := int64(sizes["bare"]) - int64(sizes["plain"]); d < -200 || d > 200 { // of about 25,000: names and numbers differ in length
		t.Errorf("bytes per request: %v", sizes)
	}
}

func TestUnequalAppendsEndTheMeasurement(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	p := plan{rounds: 1, inFlight: []int{2}, requests: map[int]int{2: 5}, progress: io.Discard}
	plain := &workerLoop{rig: r}
	if _, _, err := r.turn(t.Context(), plain, 1, 3, nil); err != nil {
		t.Fatal(err)
	}
	appends, err := r.sample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := loops{plain: plain, graph: plain, bare: &bareLoop{rig: r, appends: appends[1:]}} // once too little
	if _, err := r.series(t.Context(), p, l, 2); err == nil || !strings.Contains(err.Error(), "appends per request differ: worker 9, with the Graph SDK 9, bare loop 8") {
		t.Error(err)
	}
}

func TestShortRunPrintsATableAndWritesThePageWithoutPathsOfTheMachine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "performance.md")
	const kept = "<!-- estimates: written by another -->\nkept\n"
	if err := os.WriteFile(path, []byte("# Old\n\n"+kept), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bench(t.Context(), []string{"-short", "-rounds", "1", "-requests", "10", "-out", path}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 1 | plain HTTP |", "| 64 | Graph SDK |", "**9 appends to the journal in every loop**", time.Now().UTC().Format("2006-01")} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if !strings.HasSuffix(string(body), "\n\n"+kept) || strings.Contains(string(body), "# Old") {
		t.Errorf("the estimates are not kept, or more is:\n%s", body)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{home, os.TempDir() + "/", "<no value>", "NaN"} {
		if strings.Contains(string(body), path) {
			t.Errorf("%q is in\n%s", path, body)
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines != 6 || !strings.Contains(out.String(), "appends per request: 9") {
		t.Errorf("%d lines:\n%s", lines, out.String())
	}
}

func TestInterruptedRunStopsItsParts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bench(ctx, []string{"-short"}, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args    string
		want    options
		command string
	}{
		{"", options{rounds: 6, requests: 2000, out: "../docs/performance.md"}, "make bench"},
		{"-short", options{rounds: 2, requests: 100, short: true}, "cd bench && go run . -rounds 2 -requests 100"},
		{"-short -out x -rounds 3", options{rounds: 3, requests: 100, short: true, out: "x"}, "cd bench && go run . -rounds 3 -requests 100"},
		{"-sync", options{rounds: 6, requests: 2000, sync: true, out: "../docs/performance.md"}, "cd bench && go run . -sync"},
	} {
		got, err := parse(strings.Fields(test.args), io.Discard)
		if err != nil || got != test.want || got.command() != test.command {
			t.Errorf("%q: %+v, %q, %v", test.args, got, got.command(), err)
		}
	}
	for _, bad := range []string{"-rounds 0", "-requests 1", "more", "-unknown"} {
		if _, err := parse(strings.Fields(bad), io.Discard); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestResultIsTheMedianOfTheRoundsAndNotOfTheTurns(t *testing.T) {
	t.Parallel()
	s := series{Requests: 100}
	for _, r := range []struct{ worker, bare int }{{4, 2}, {2, 1}, {5, 4}, {1, 1}} { // the machine's speed changes, the ratio is what counts
		w, b := sample{Took: time.Duration(r.worker) * time.Second, Own: time.Second}, sample{Took: time.Duration(r.bare) * time.Second}
		s.rounds = append(s.rounds, mixed{plain: [2]sample{w, w}, bare: [2]sample{b, b}})
	}
	got := s.result(func(m mixed) [2]sample { return m.plain })
	if want := (result{Rate: 37.5, Bare: 75, Ratio: 0.65, Least: 0.5, Most: 1, Own: 10 * time.Millisecond}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		of   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{1, 4}, 2.5}, {[]float64{1, 2, 9}, 2}} {
		if got := median(slices.Clone(test.of)); got != test.want {
			t.Errorf("%v: %v", test.of, got)
		}
	}
}

func TestUnknownPartIsRefused(t *testing.T) {
	t.Parallel()
	if err := serve("nobody", t.TempDir(), strings.NewReader(""), io.Discard); err == nil {
		t.Error("it was served")
	}
}
