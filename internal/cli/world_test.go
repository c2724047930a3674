package cli_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a server with the worker's side of it.
type world struct {
	*natstest.Worker
	t       testing.TB
	url     string
	nc      *nats.Conn
	journal *journal.Journal
}

func bare(t testing.TB) *world {
	t.Helper()
	return at(t, natstest.Connect(t))
}

func provisioned(t testing.TB) *world {
	t.Helper()
	return at(t, natstest.Provision(t))
}

func at(t testing.TB, w *natstest.Worker) *world {
	return &world{Worker: w, t: t, url: w.URL(), nc: w.Conn, journal: w.Journal}
}

// account records an active service account; change may be nil.
func (w *world) account(id string, service deprovision.Service, change func(*deprovision.Account)) {
	w.t.Helper()
	a := deprovision.Account{Tenant: "contoso", ID: id, Service: service, Kind: deprovision.Authorized, AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001",
		State: deprovision.AccountActive}
	if change != nil {
		change(&a)
	}
	_, revision, err := w.journal.Accounts().Get(w.t.Context(), a.Tenant, id)
	if err == nil {
		_, err = w.journal.Accounts().Put(w.t.Context(), a, revision)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) js() jetstream.JetStream {
	w.t.Helper()
	js, err := jetstream.New(w.nc)
	if err != nil {
		w.t.Fatal(err)
	}
	return js
}

// queue is what no worker has taken, by id.
func (w *world) queue() map[string]deprovision.Request {
	w.t.Helper()
	c, err := client.New(w.nc, client.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	queue, err := c.Queue(w.t.Context(), "contoso")
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]deprovision.Request{}
	for _, q := range queue {
		out[q.Request.ID] = q.Request
	}
	return out
}

// result is what a command left.
type result struct {
	code     int
	out, err string
}

// run runs one command in this process, at noon.
func (w *world) run(args ...string) result { return w.runWith(w.t.Context(), "", args...) }

func (w *world) runWith(ctx context.Context, in string, args ...string) result {
	return w.runOn(ctx, nil, in, args...)
}

// answers runs one command where somebody can be asked, who types this.
func (w *world) answers(in string, args ...string) result {
	return w.runOn(w.t.Context(), &cli.Terminal{Asks: true}, in, args...)
}

func (w *world) runOn(ctx context.Context, terminal *cli.Terminal, in string, args ...string) result {
	var out, errs bytes.Buffer
	code := cli.Run(ctx, append(args, "--server", w.url), cli.Streams{In: strings.NewReader(in), Out: &out, Err: &errs, Terminal: terminal,
		Now: func() time.Time { return noon }, Recheck: 50 * time.Millisecond})
	return result{code, out.String(), errs.String()}
}

// want fails the test unless the command ended with the code and printed the words.
func (r result) want(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	for _, word := range words {
		if !strings.Contains(r.out+r.err, word) {
			t.Errorf("%q is not in\n%s%s", word, r.out, r.err)
		}
	}
}

var digest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// golden compares what was printed, but for digests, with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = digest.ReplaceAllString(got, "sha256:…")
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func request(id string) deprovision.Request {
	return deprovision.Request{ID: id, Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc", Reason: "contract ended"}
}

func name(id string) string { return request(id).Ref().Tokens() }

// has writes the state that a request is in; what a test does not care about is filled in.
func (w *world) has(p deprovision.Progress) {
	w.t.Helper()
	w.hasEvent(deprovision.Event{Progress: p, Change: deprovision.Change{Kind: deprovision.Advanced, By: "worker-1"}}, 0)
}

func (w *world) hasEvent(e deprovision.Event, expected uint64) uint64 {
	w.t.Helper()
	p := &e.Progress
	p.RequestDigest = p.Request.Digest()
	if p.Seq == 0 {
		p.Seq = 1
	}
	if p.Started.IsZero() {
		p.Started = noon.Add(-2 * time.Hour)
	}
	if p.Updated.IsZero() {
		p.Updated = noon.Add(-8 * time.Second)
	}
	e.Change.ID = fmt.Sprintf("%s-%d", p.Request.Ref().Tokens(), p.Seq)
	revision, err := w.journal.Append(w.t.Context(), p.Request.Ref(), expected, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return revision
}

func plan(id string) deprovision.Plan {
	return deprovision.Plan{
		Ref: request(id).Ref(),
		Artifacts: []deprovision.Artifact{
			{Kind: "transport-rule", ID: "11", Name: "Sentry rerouting", Step: "remove-rerouting-rules", Match: "name"},
			{Kind: "connector", ID: "12", Name: "Sentry outbound", Step: "remove-outbound-connectors", Match: "recorded-id"},
		},
		Suspects:  []deprovision.Artifact{{Kind: "transport-rule", ID: "13", Name: "Sentry's old rule", Match: "suspect: prefix"}},
		Cautions:  []deprovision.Caution{{Code: "mail-flow", Text: "Mail is no longer inspected."}},
		Remainder: []deprovision.Remainder{{Name: "SPF include", Instructions: "Take it out of the DNS record."}},
	}
}

// waits is a request that waits for the confirmation of its plan.
func (w *world) waits(id string) deprovision.Progress {
	w.t.Helper()
	p := plan(id)
	if err := w.journal.PutPlan(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	state := waiting(id)
	w.has(state)
	return state
}

func waiting(id string) deprovision.Progress {
	p := plan(id)
	return deprovision.Progress{
		Request: request(id), Seq: 7, Status: deprovision.Waiting,
		Stop: &deprovision.Stop{Seq: 7, Name: "confirm", Detail: "2 artifacts, 1 suspect",
			Offers: []deprovision.Verb{deprovision.Confirm, deprovision.Approve, deprovision.Cancel, deprovision.Force}},
		Plan: &deprovision.PlanSummary{Digest: p.Digest(), Artifacts: 2, Suspects: []string{"Sentry's old rule"}, Cautions: p.Cautions},
		Step: 1, Steps: []deprovision.StepProgress{{Name: "verify-account", State: deprovision.StepDone, Done: 1, Total: 1},
			{Name: "take-inventory", State: deprovision.StepRunning, Total: 3, Done: 3}},
	}
}

// complete asks what the shell would offer; nothing may stand behind the word that is completed.
func complete(w *world, args ...string) result {
	var out, errs bytes.Buffer
	code := cli.Run(w.t.Context(), append([]string{"__complete"}, args...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	return result{code, out.String(), errs.String()}
}
