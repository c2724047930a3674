package cli_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// ends is a request of a batch that ended so.
func (w *world) ends(id string, status deprovision.Status) {
	w.t.Helper()
	w.has(deprovision.Progress{Request: request(id), Status: status, Removed: 2, Seq: 9})
}

func watching(more ...string) []string {
	return append([]string{"watch", "--tenant", "contoso", "--batch", "b1"}, more...)
}

func TestWatchOfABatchEndsWhenEachHasEndedOrWaits(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run(watching()...).want(t, cli.NotFound, "b1-")
	w.ends("b1-a", deprovision.Succeeded)
	w.has(deprovision.Progress{Request: request("b1-b"), Seq: 9, Status: deprovision.SucceededWithRemainder, Removed: 2, Remainder: plan("").Remainder})
	w.ends("b2-x", deprovision.Failed) // of another batch
	w.run(watching()...).want(t, cli.Success, "2 requests: 1 succeeded, 1 succeeded-with-remainder", "1 thing left: publisher show "+name("b1-b"))
	w.run(watching("--strict")...).want(t, cli.Remaining)
	w.has(waiting("b1-c"))
	w.ends("b1-d", deprovision.Cancelled)
	r := w.run(watching()...)
	r.want(t, cli.WaitsFor)
	golden(t, "watch-batch", r.out)
	if err := w.journal.PutDeadLetter(t.Context(), event.DeadLetter{Reason: "unknown-tenant", Subject: "deprovision.request.contoso.teams.b1-e",
		Data: []byte("{}"), At: noon}); err != nil {
		t.Fatal(err)
	}
	w.run(watching("--output", "json")...).want(t, cli.WaitsFor, `"status":"cancelled"`, `{"request":"contoso.teams.b1-e","status":"dead-letter"`)
}

func TestExitCodeOfABatchIsThatWhichNeedsSomebodyMost(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for i, step := range []struct {
		status deprovision.Status
		code   int
	}{
		{deprovision.NothingFound, cli.Success}, {deprovision.Planned, cli.Success}, {deprovision.Cancelled, cli.CancelEnd}, {deprovision.Forced, cli.ForcedEnd},
		{deprovision.Refused, cli.NotAccepted}, {deprovision.Succeeded, cli.NotAccepted}, {deprovision.Failed, cli.FailedEnd}, {deprovision.Waiting, cli.WaitsFor},
	} {
		w.ends("b1-"+itoa(i), step.status)
		w.run(watching()...).want(t, step.code, "1 "+string(step.status))
	}
}

// The request that nobody took is found when a worker took it, and one that is answered meanwhile is followed on.
func TestWatchOfABatchFollowsWhatMoves(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run(asking("b1-queued")...).want(t, cli.Success)
	stop := waiting("b1-stop")
	revision := w.hasEvent(deprovision.Event{Progress: stop, Change: deprovision.Change{Kind: deprovision.Stopped}}, 0)
	eta := noon.Add(time.Hour)
	held := deprovision.Progress{Request: request("b1-held"), Seq: 1, Status: deprovision.Held, Step: 1, Steps: steps(), Removed: 3, ETA: &eta}
	first := w.hasEvent(deprovision.Event{Progress: held, Change: deprovision.Change{Kind: deprovision.Advanced}}, 0)
	w.run(watching("--timeout", "2s")...).want(t, cli.TimedOut, "remove-rerouting-rules 3/4  3 removed  done by 2026-03-01 13:00:00Z")

	out := make(chan result)
	go func() { out <- w.run(watching()...) }()
	w.ends("b1-queued", deprovision.Succeeded)
	stop.Seq, stop.Status, stop.Stop = 8, deprovision.Held, nil
	revision = w.hasEvent(deprovision.Event{Progress: stop, Change: deprovision.Change{Kind: deprovision.Claimed}}, revision)
	held.Seq, held.Status = 2, deprovision.Failed
	w.hasEvent(deprovision.Event{Progress: held, Change: deprovision.Change{Kind: deprovision.Ended}}, first)
	stop.Seq, stop.Status = 9, deprovision.Succeeded
	w.hasEvent(deprovision.Event{Progress: stop, Change: deprovision.Change{Kind: deprovision.Ended}}, revision)
	r := <-out
	r.want(t, cli.FailedEnd, "3 requests: 1 failed, 2 succeeded")
}

// told keeps what is written, and tells before each write the how manieth it is, from 1.
type told struct {
	bytes.Buffer
	n     int
	write func(n int)
}

// Write implements [io.Writer].
func (o *told) Write(b []byte) (int, error) {
	o.n++
	o.write(o.n)
	return o.Buffer.Write(b)
}

// watches runs a watch of the batch that tells of its writes.
func (w *world) watches(write func(n int)) result {
	out := &told{write: write}
	code := cli.Run(w.t.Context(), append(watching(), "--server", w.url), cli.Streams{In: strings.NewReader(""), Out: out, Err: out,
		Recheck: 50 * time.Millisecond})
	return result{code: code, out: out.String()}
}

// The stop is answered after the last event that the watch saw, and before it looks whether anything moves.
func TestWatchOfABatchGoesOnAfterAnAnswerOfTheLastMoment(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	state := waiting("b1-a")
	revision := w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Stopped}}, 0)
	r := w.watches(func(n int) {
		status := map[int]deprovision.Status{1: deprovision.Held, 2: deprovision.Succeeded}[n]
		if status == "" {
			return
		}
		state.Seq, state.Status, state.Stop = state.Seq+1, status, nil
		revision = w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Advanced}}, revision)
	})
	r.want(t, cli.Success, "1 request: 1 succeeded")
}

func TestWatchOfABatchSeesWhatIsSetAside(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	held := w.hasEvent(deprovision.Event{Progress: deprovision.Progress{Request: request("b1-a"), Status: deprovision.Held}}, 0)
	if err := w.nc.PublishMsg(&nats.Msg{Subject: "deprovision.request.contoso.teams.b1-bad", Data: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if err := w.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	r := w.watches(func(n int) {
		if n > 1 { // after the first line the other is known as queued
			return
		}
		if err := w.journal.PutDeadLetter(t.Context(), event.DeadLetter{Reason: "not-json", Subject: "deprovision.request.contoso.teams.b1-bad",
			Data: []byte("{"), At: noon}); err != nil {
			t.Error(err)
		}
		stream, err := w.js().Stream(t.Context(), "DEPROVISION_REQUESTS")
		if err == nil {
			err = stream.Purge(t.Context()) // as a worker does that set it aside
		}
		if err != nil {
			t.Error(err)
		}
		w.hasEvent(deprovision.Event{Progress: deprovision.Progress{Request: request("b1-a"), Seq: 2, Status: deprovision.Succeeded}}, held)
	})
	r.want(t, cli.NotAccepted, "2 requests: 1 dead-letter, 1 succeeded", "publisher deadletter show 1")
}

func TestRequestAllWaitsForItsBatch(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.account("inline", deprovision.ExchangeOnlineInline, nil)
	out := make(chan result)
	one := request("b1-inline")
	one.Reason = ""
	go func() { out <- w.run(all("--wait")...) }()
	w.has(deprovision.Progress{Request: one, Status: deprovision.Succeeded})
	r := <-out
	r.want(t, cli.Success, "batch b1", "1 request: 1 succeeded")
}

func TestScreenIsDrawnOverAndCutOffWhereItEnds(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	draw := cli.Screen(&out, 12, 5)
	for _, rows := range [][][]string{{{"NAME", "STATE"}, {"a", "held"}}, {{"NAME", "STATE"}, {"a", "succeeded-with-remainder"}, {"b", "x"}, {"c", "x"}}} {
		if err := draw(rows); err != nil {
			t.Fatal(err)
		}
	}
	want := "\rNAME  STATE\x1b[K\n\ra     held\x1b[K\n\x1b[J" +
		"\x1b[2A" + "\rNAME  STATE\x1b[K\n\ra     succ…\x1b[K\n\rb     x\x1b[K\n\rand 1 more\x1b[K\n\x1b[J"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestTableAtTheEndOfAWatchFitsTheWindowAndCommandsStayWhole(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	const more = "contoso.exchange-online-inline.b1-of-a-tenant-with-long-names-"
	for i := range 30 { // more than the window has rows
		w.has(waiting(fmt.Sprintf("b1-of-a-tenant-with-long-names-%02d", i)))
	}
	all := w.sits(t, cli.Terminal{Draws: true}, watching()...).ends(cli.WaitsFor)
	table, sum, found := strings.Cut(all[strings.LastIndex(all, "\x1b[J")+len("\x1b[J"):], "\n"+more+"00: ")
	if !found || !strings.Contains(table, more+"29") || !strings.Contains(sum, "30 waiting") {
		t.Fatalf("it ends with\n%s", all)
	}
	for line := range strings.Lines(table) {
		if n := bars.Width(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("a line has %d columns: %q", n, line)
		}
	}
	if !strings.Contains(sum, "publisher decide confirm "+more+"29 --stop 7 --plan ") {
		t.Errorf("the command is broken in\n%s", sum)
	}
}

func TestEventThatCannotBeReadEndsTheWatchOfNoOtherRequestOfABatch(t *testing.T) {
	t.Parallel()
	for _, output := range []string{"table", "json"} {
		w := provisioned(t)
		w.ends("b1-a", deprovision.Succeeded)
		w.has(waiting("b1-b"))
		held := deprovision.Progress{Request: request("b1-c"), Seq: 1, Status: deprovision.Held, Step: 1, Steps: steps()}
		revision := w.hasEvent(deprovision.Event{Progress: held, Change: deprovision.Change{Kind: deprovision.Claimed}}, 0)
		for _, id := range []string{"b1-b", "b1-d"} { // the last event of the one, the only one of the other
			if _, err := w.js().Publish(t.Context(), "deprovision.event."+name(id), []byte("no event\x1b[2J")); err != nil {
				t.Fatal(err)
			}
		}
		p := w.sits(t, cli.Terminal{}, watching("--output", output)...)
		p.sees("b1-c")
		w.finishes(held, revision)
		p.sees("b1-c", "succeeded", "b1-d", "event 5 of the journal")
		if all := p.ends(cli.Broken); !strings.Contains(all, "event 4 of the journal") || strings.Contains(all, "\x1b") {
			t.Error(all)
		}
	}
}
