package cli_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// person sits at a terminal where a command runs.
type person struct {
	t    *testing.T
	keys *io.PipeWriter
	stop context.CancelFunc // as ctrl-c does
	done chan int

	mu   sync.Mutex
	all  strings.Builder
	read int // of all, what sees has passed
	news chan struct{}
}

// Write implements [io.Writer]: the screen.
func (p *person) Write(b []byte) (int, error) {
	p.mu.Lock()
	p.all.Write(b)
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
	return len(b), nil
}

// sits runs a command at a terminal of 80 columns and 24 rows.
func (w *world) sits(t *testing.T, terminal cli.Terminal, args ...string) *person {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	in, keys := io.Pipe()
	p := &person{t: t, keys: keys, stop: cancel, done: make(chan int, 1), news: make(chan struct{}, 1)}
	terminal.Size = func() (int, int) { return 80, 24 }
	go func() {
		p.done <- cli.Run(ctx, append(args, "--server", w.url), cli.Streams{In: in, Out: p, Err: p, Terminal: &terminal, Now: func() time.Time { return noon }})
	}()
	t.Cleanup(func() { cancel(); _ = keys.Close() })
	return p
}

func (w *world) atScreen(t *testing.T, id string, more ...string) *person {
	t.Helper()
	return w.sits(t, cli.Terminal{Asks: true, Draws: true}, append([]string{"watch", name(id), "--by", "admin"}, more...)...)
}

// sees waits until the words were printed, behind those that were seen before.
func (p *person) sees(words ...string) {
	p.t.Helper()
	late := time.After(20 * time.Second)
	for _, word := range words {
		for {
			p.mu.Lock()
			text := p.all.String()
			at := strings.Index(text[p.read:], word)
			if at >= 0 {
				p.read += at + len(word)
			}
			p.mu.Unlock()
			if at >= 0 {
				break
			}
			select {
			case <-p.news:
			case <-late:
				p.t.Fatalf("%q was not printed; all is\n%s", word, text)
			}
		}
	}
}

// types returns when the keys were read.
func (p *person) types(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keys, keys); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the exit code, and returns all that was printed.
func (p *person) ends(code int) string {
	p.t.Helper()
	select {
	case got := <-p.done:
		if got != code {
			p.t.Errorf("exit code %d, want %d", got, code)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatal("it does not end")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

// stopped is a request that waits at a stop with a plan.
func (w *world) stopped(t *testing.T, id, stop string, offers ...deprovision.Verb) (state deprovision.Progress, revision uint64) {
	t.Helper()
	if err := w.journal.PutPlan(t.Context(), plan(id)); err != nil {
		t.Fatal(err)
	}
	state = waiting(id)
	state.Stop.Name, state.Stop.Offers = stop, offers
	return state, w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Stopped, By: "worker-1"}}, 0)
}

// goesOn has the stop answered by somebody, and the request held.
func (w *world) goesOn(state *deprovision.Progress, revision uint64, by string) uint64 {
	w.t.Helper()
	d := &deprovision.Decision{ID: "d" + by, Tenant: "contoso", Service: state.Request.Service, Request: state.Request.ID, Verb: deprovision.Confirm, Stop: state.Stop.Seq,
		PlanDigest: state.Plan.Digest, DecidedBy: by}
	state.Seq, state.Status, state.Stop = state.Seq+1, deprovision.Held, nil
	return w.hasEvent(deprovision.Event{Progress: *state, Change: deprovision.Change{Kind: deprovision.Claimed, By: "worker-2", Decision: d}}, revision)
}

// finishes has the request end.
func (w *world) finishes(state deprovision.Progress, revision uint64) {
	w.t.Helper()
	state.Seq, state.Status, state.Stop, state.Removed = state.Seq+1, deprovision.Succeeded, nil, 2
	w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Ended, By: "worker-2"}}, revision)
}
