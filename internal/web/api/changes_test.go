package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

type changes struct {
	Revision uint64
	At       time.Time
	Requests []query.Summary
}

// change reads the next message of a stream of changes, and holds it against the document.
func (s *reading) change() changes {
	s.t.Helper()
	e := s.next()
	for e.comment != "" || e.name == "interrupted" || e.name == "resumed" {
		e = s.next()
	}
	if err := described().accepts("/components/schemas/changes", []byte(e.data)); err != nil || e.name != "" {
		s.t.Fatalf("%+v: %v", e, err)
	}
	var out changes
	if err := json.Unmarshal([]byte(e.data), &out); err != nil || e.id != strconv.FormatUint(out.Revision, 10) || out.At.IsZero() {
		s.t.Fatalf("%v: %+v", err, e)
	}
	return out
}

// until reads changes until of each of so many requests the state with this seq was there; it returns the states and how many messages there were.
func (s *reading) until(requests int, seq uint64) (states map[string]query.Summary, messages int) {
	s.t.Helper()
	states = map[string]query.Summary{}
	for done := 0; done < requests; {
		c := s.change()
		messages++
		for _, r := range c.Requests {
			if before := states[r.Tokens()]; r.Seq <= before.Seq {
				s.t.Fatalf("%s went from %d to %d", r.Tokens(), before.Seq, r.Seq)
			}
			states[r.Tokens()] = r
		}
		done = 0
		for _, r := range states {
			if r.Seq == seq {
				done++
			}
		}
	}
	return states, messages
}

const changesPath = api.Base + "/changes"

func TestBurstOfAThousandEventsIsFewMessagesAndEndsInTheNewestStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.opens(t, changesPath+"?new=true", reader)
	const requests, each = 20, 50
	var all []*written
	for i := range requests {
		all = append(all, w.writes(request("contoso", fmt.Sprintf("r%d", i))))
	}
	began := time.Now()
	for range each {
		for _, j := range all {
			j.append(deprovision.Held, func(e *deprovision.Event) { e.Progress.Detail = fmt.Sprint(j.seq) })
		}
	}
	states, messages := s.until(requests, each)
	if most := int(time.Since(began)/(100*time.Millisecond)) + 2; messages > most {
		t.Errorf("%d messages, want at most %d", messages, most)
	}
	for name, r := range states {
		if r.Detail != fmt.Sprint(each) || r.Status != deprovision.Held {
			t.Errorf("%s ended as %+v", name, r)
		}
	}
}

// On a clock of its own: when what goes out, to the millisecond.
func TestFirstChangeGoesOutAtOnceAndTheNextWhenTheBreathIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		came := make(chan client.Entry)
		var got []string
		began := time.Now()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for c, err := range api.Gathered(t.Context(), from(came)) {
				text := err
				if text == nil {
					text = errors.New("")
				}
				got = append(got, fmt.Sprintf("%s %d %d %s", time.Since(began), c.Revision, len(c.Requests), text))
			}
		}()
		revision := uint64(0)
		send := func(requests ...string) {
			for _, id := range requests {
				revision++
				p := deprovision.Progress{Request: request("contoso", id), Seq: revision}
				came <- client.Entry{Revision: revision, At: time.Now(), Event: deprovision.Event{Progress: p}}
			}
			synctest.Wait()
		}
		send("a")
		time.Sleep(30 * time.Millisecond) //nolint:forbidigo // of the bubble
		send("a", "b", "a")
		time.Sleep(40 * time.Millisecond) //nolint:forbidigo // of the bubble
		send("b")
		time.Sleep(100 * time.Millisecond) //nolint:forbidigo // of the bubble
		time.Sleep(time.Second)            //nolint:forbidigo // of the bubble
		send("c")
		many := make([]string, 700)
		for i := range many {
			many[i] = fmt.Sprintf("m%d", i)
		}
		send(many[:500]...)
		var rest sync.WaitGroup
		rest.Go(func() { send(many[500:]...) }) // waits until what is full has gone
		time.Sleep(time.Second)                 //nolint:forbidigo // of the bubble
		rest.Wait()
		close(came)
		<-ended
		want := []string{"0s 1 1 ", "100ms 5 2 ", "1.17s 6 1 ", "1.27s 506 500 ", "1.37s 706 200 ", "2.17s 0 0 it broke"}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// from is a watch that breaks when the channel is closed.
func from(came <-chan client.Entry) func(context.Context) iter.Seq2[client.Entry, error] {
	return func(ctx context.Context) iter.Seq2[client.Entry, error] {
		return func(yield func(client.Entry, error) bool) {
			for {
				select {
				case <-ctx.Done():
					return
				case e, more := <-came:
					if !more {
						yield(e, errors.New("it broke"))
						return
					}
					if !yield(e, nil) {
						return
					}
				}
			}
		}
	}
}

func TestChangesGoOnBehindTheLastIDWithoutALoss(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := []*written{w.writes(request("contoso", "r1")), w.writes(request("fabrikam", "r2")), w.writes(request("tailspin", "r3"))}
	for _, j := range all {
		for range 5 {
			j.append(deprovision.Held, nil)
		}
	}
	// From the beginning: of what is there already the newest state of each alone.
	s := w.opens(t, changesPath, admin)
	for n := 0; n < len(all); {
		for _, r := range s.change().Requests {
			if n++; r.Seq != 5 {
				t.Errorf("%s comes with event %d", r.Tokens(), r.Seq)
			}
		}
	}
	s.done()
	// While nobody listens, and while the server is away.
	for _, j := range all[:2] {
		j.append(deprovision.Held, nil)
		j.append(deprovision.Waiting, nil)
	}
	last := all[2].revision
	s = w.opens(t, changesPath+"?new=true", admin, "Last-Event-ID", strconv.FormatUint(last, 10))
	states, _ := s.until(2, 7)
	if states["contoso.exchange-online-inline.r1"].Status != deprovision.Waiting {
		t.Errorf("%+v", states)
	}
	w.restart()
	all[2].append(deprovision.Succeeded, nil)
	if states, _ = s.until(1, 6); states["tailspin.exchange-online-inline.r3"].Status != deprovision.Succeeded {
		t.Errorf("%+v", states)
	}
	for _, id := range []string{"999", "x", "-1"} {
		w.ask(http.MethodGet, changesPath, "", "", "Last-Event-ID", id).problem(http.StatusBadRequest, "invalid", "Last-Event-ID")
		w.ask(http.MethodGet, changesPath+"?after="+id, "", "").problem(http.StatusBadRequest, "invalid", "after")
	}
}

// What is in the journal and not yet in the picture is in no list, and no news for a stream that begins now.
func TestNewChangesBeginWhereTheListsEnd(t *testing.T) {
	t.Parallel()
	var drawn atomic.Uint64
	var away atomic.Bool
	w := newWorld(t, func(o *api.Options) {
		o.Drawn = func(context.Context) (uint64, error) {
			if away.Load() {
				return 0, errors.New("it is away")
			}
			return drawn.Load(), nil
		}
	})
	for i := range 4 {
		w.writes(request("contoso", fmt.Sprintf("r%d", i+1))).append(deprovision.Held, nil)
	}
	for _, behind := range []uint64{0, 2, 3} {
		drawn.Store(behind)
		if states, _ := w.opens(t, changesPath+"?new=true", admin).until(int(4-behind), 1); states[fmt.Sprintf("contoso.exchange-online-inline.r%d", behind)].Seq != 0 {
			t.Errorf("behind %d: %v", behind, states)
		}
	}
	drawn.Store(9) // of events that came after the end was asked for
	s := w.opens(t, changesPath+"?new=true", admin)
	w.writes(request("contoso", "r5")).append(deprovision.Held, nil)
	if c := s.change(); c.Revision != 5 {
		t.Errorf("%+v", c)
	}
	away.Store(true)
	w.ask(http.MethodGet, changesPath+"?new=true", "", "").problem(http.StatusServiceUnavailable, "unavailable", "")
	w.opens(t, changesPath+"?new=true", admin, "Last-Event-ID", "5").done() // where it goes on is known
}

func TestEveryStreamSaysAtOnceThatNATSIsAwayAndWhenItIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.writes(request("contoso", "r1"))
	j.append(deprovision.Held, nil)
	of := func(s *reading) func() uint64 {
		return func() uint64 { _, e := s.entry(); return e.Revision }
	}
	changed, tenant, one := w.opens(t, changesPath+"?new=true", admin), w.opens(t, "/api/v1/tenants/contoso/events", ""), w.opens(t, path("contoso", "r1")+"/events", "")
	streams := map[string]struct {
		*reading
		revision func() uint64
	}{
		"changes": {changed, func() uint64 { return changed.change().Revision }}, "tenant": {tenant, of(tenant)}, "request": {one, of(one)},
	}
	told := func(stream string, e sent, name string, holds func(data []byte) error) {
		t.Helper()
		if err := holds([]byte(e.data)); err != nil || e.name != name || e.id != "" {
			t.Fatalf("%s: %+v: %v", stream, e, err)
		}
	}
	for _, s := range []*reading{tenant, one} { // what was there already
		for range j.seq {
			s.entry()
		}
	}
	for range 2 {
		w.server.Stop()
		for name, s := range streams {
			told(name, s.event(), "interrupted", func(data []byte) error { return described().accepts("/components/schemas/problem", data) })
		}
		w.ask(http.MethodGet, changesPath+"?new=true", "", "").problem(http.StatusServiceUnavailable, "unavailable", "")
		w.server.Back()
		j.append(deprovision.Held, nil)
		for name, s := range streams {
			told(name, s.event(), "resumed", func(data []byte) error { return json.Unmarshal(data, &struct{}{}) })
			if now := s.revision(); now != j.revision { // on the same stream
				t.Errorf("%s: %d", name, now)
			}
		}
	}
}

func TestChangesShowNoTenantThatTheTokenDoesNotOpen(t *testing.T) {
	t.Parallel()
	nowhere, err := api.NewToken("elsewhere", "elsewhere-token-0123456789abcdef0123456", []string{"woodgrove"}, []api.Right{api.Read})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *api.Options) {
		*o = api.WithTimes(*o, 10*time.Millisecond, time.Second)
		o.Tokens = append(o.Tokens, nowhere)
	})
	write := func(seq int) {
		for _, tenant := range []string{"tailspin", "fabrikam", "contoso", "woodgrove"} {
			j := w.writes(request(tenant, fmt.Sprintf("r%d", seq)))
			j.append(deprovision.Held, nil)
		}
	}
	write(1)
	open := map[string]*reading{}
	for token, want := range map[string]string{reader: "contoso", fabrikam: "fabrikam", both: "contoso fabrikam", admin: "contoso fabrikam tailspin woodgrove"} {
		open[want] = w.opens(t, changesPath, token)
	}
	none := w.opens(t, changesPath, "elsewhere-token-0123456789abcdef0123456")
	write(2)
	for want, s := range open {
		seen := map[string]bool{}
		requests := 2 * len(strings.Fields(want))
		states, _ := s.until(requests, 1)
		for _, r := range states {
			seen[r.Tenant] = true
		}
		var got []string
		for tenant := range seen {
			got = append(got, tenant)
		}
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
		for range 3 { // nor does any other come later
			if e := s.next(); e.comment == "" {
				t.Errorf("%s: %+v", want, e)
			}
		}
	}
	for range 3 {
		if e := none.next(); e.comment == "" {
			t.Errorf("%+v", e)
		}
	}
}

func TestEventThatCannotBeReadKeepsNobodyFromTheChangesBehindIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	bad := nats.NewMsg(event.Subject(event.Events, request("contoso", "bad").Ref()))
	bad.Data = []byte("written by hand")
	if _, err := w.nc.RequestMsg(bad, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	w.writes(request("contoso", "r2")).append(deprovision.Held, nil)
	s := w.opens(t, changesPath, reader)
	if states, _ := s.until(2, 1); len(states) != 2 {
		t.Errorf("%+v", states)
	}
	if !strings.Contains(w.log.String(), "passes over an event") {
		t.Error("nobody is told")
	}
}

func TestChangesAreBoundedAsAllStreamsAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Streams = 1 })
	s := w.opens(t, changesPath, admin)
	a := w.ask(http.MethodGet, changesPath, "", "")
	a.problem(http.StatusServiceUnavailable, "too-many-streams", "")
	w.shutDown()
	if e := s.next(); e.name != "closed" {
		t.Errorf("%+v", e)
	}
}
