package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// sent is one server-sent event, or a comment.
type sent struct{ id, name, data, comment, retry string }

// reading is an open stream.
type reading struct {
	t      testing.TB
	lines  *bufio.Scanner
	cancel context.CancelFunc
	status int
	header http.Header
	done   func()
}

func (w *world) opens(t testing.TB, path, token string, header ...string) *reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	s := &reading{t: t, lines: bufio.NewScanner(resp.Body), cancel: cancel, status: resp.StatusCode, header: resp.Header}
	s.lines.Buffer(nil, 1<<20)
	s.done = sync.OnceFunc(func() { cancel(); _ = resp.Body.Close() })
	t.Cleanup(s.done)
	if resp.StatusCode == http.StatusOK {
		checkAnswer(t, r, answer{t: t, status: resp.StatusCode, header: resp.Header})
		if first := s.next(); first.retry == "" || first.id == "" {
			t.Fatalf("%+v", first)
		}
	}
	return s
}

// next reads one block; at the end of the stream its name is "closed".
func (s *reading) next() sent {
	s.t.Helper()
	out, some := sent{}, false
	for s.lines.Scan() {
		line := s.lines.Text()
		if line == "" {
			if some {
				return out
			}
			continue
		}
		some = true
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			out.id = value
		case "event":
			out.name = value
		case "data":
			out.data += value
		case "retry":
			out.retry = value
		case "":
			out.comment = value
		default:
			s.t.Fatalf("unknown field in %q", line)
		}
	}
	return sent{name: "closed"}
}

// event reads the next block that is neither a sign of life nor the beginning.
func (s *reading) event() sent {
	s.t.Helper()
	e := s.next()
	for e.comment != "" || e.retry != "" {
		e = s.next()
	}
	return e
}

// entry reads the next event, which must be one of the journal, and holds it against the document.
func (s *reading) entry() (string, client.Entry) {
	s.t.Helper()
	e := s.next()
	for e.comment != "" || e.name == "interrupted" || e.name == "resumed" {
		e = s.next()
	}
	if err := described().accepts("/components/schemas/entry", []byte(e.data)); err != nil || e.name != "" {
		s.t.Fatalf("%+v: %v", e, err)
	}
	var out client.Entry
	if err := json.Unmarshal([]byte(e.data), &out); err != nil || out.Revision == 0 || out.At.IsZero() {
		s.t.Fatalf("%v: %+v", err, e)
	}
	return e.id, out
}

func TestStreamHasEveryEventOnceInOrderThroughAReconnectAndARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const all = 40
	j := w.writes(request("contoso", "r1"))
	j.append(deprovision.Held, nil)
	step := make(chan struct{}, all)
	var writer sync.WaitGroup
	writer.Go(func() {
		for range step {
			status := deprovision.Held
			if j.seq == all-1 {
				status = deprovision.Succeeded
			}
			j.append(status, nil)
		}
	})
	s, seen := w.opens(t, path("contoso", "r1")+"/events", ""), 0
	for seen < all {
		id, e := s.entry()
		seen++
		if id != strconv.Itoa(seen) || e.Progress.Seq != uint64(seen) {
			t.Fatalf("event %s came where %d was due", id, seen)
		}
		switch seen {
		case all:
		case 10, 25: // the browser goes and comes again
			step <- struct{}{}
			step <- struct{}{}
			s.done()
			s = w.opens(t, path("contoso", "r1")+"/events?after=1", "", "Last-Event-ID", id)
		case 18: // so does the server
			w.restart()
			step <- struct{}{}
		case 11, 26: // one more is there already
		default:
			step <- struct{}{}
		}
	}
	close(step)
	writer.Wait()
	if e := s.next(); e.name != "end" || e.data == "" {
		t.Errorf("%+v", e)
	}
	if e := s.next(); e.name != "closed" {
		t.Errorf("%+v", e)
	}
	// Who comes again behind the end is told that nothing follows.
	w.ask(http.MethodGet, path("contoso", "r1")+"/events", "", "", "Last-Event-ID", strconv.Itoa(all)).want(http.StatusNoContent)
	w.ask(http.MethodGet, path("contoso", "r1")+fmt.Sprintf("/events?after=%d", all), "", "").want(http.StatusNoContent)
}

func TestStreamOfAQueuedRequestWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodPost, api.Base+"/requests", admin, wish).want(http.StatusAccepted)
	s := w.opens(t, path("contoso", "r1")+"/events", reader)
	w.writes(request("contoso", "r1")).append(deprovision.Refused, nil)
	if id, e := s.entry(); id != "1" || e.Progress.Status != deprovision.Refused {
		t.Errorf("%s %+v", id, e)
	}
	if e := s.next(); e.name != "end" {
		t.Errorf("%+v", e)
	}
}

func TestStreamOfATenantHasItsRequestsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, other, foreign := w.writes(request("contoso", "r1")), w.writes(request("contoso", "r2")), w.writes(request("fabrikam", "r3"))
	for _, j := range []*written{one, foreign, other} {
		j.append(deprovision.Held, nil)
	}
	s := w.opens(t, api.Base+"/tenants/contoso/events", reader)
	first, e := s.entry()
	if e.Progress.Request.ID != "r1" || first != strconv.FormatUint(e.Revision, 10) {
		t.Errorf("%s %+v", first, e)
	}
	if _, e := s.entry(); e.Progress.Request.ID != "r2" {
		t.Errorf("%+v", e)
	}
	fresh := w.opens(t, api.Base+"/tenants/contoso/events?new=true", reader)
	foreign.append(deprovision.Succeeded, nil)
	one.append(deprovision.Succeeded, nil)
	for _, s := range []*reading{s, fresh} {
		if _, e := s.entry(); e.Progress.Request.ID != "r1" || e.Progress.Seq != 2 {
			t.Errorf("%+v", e)
		}
	}
	s.done()
	s = w.opens(t, api.Base+"/tenants/contoso/events?new=true", reader, "Last-Event-ID", first)
	if _, e := s.entry(); e.Progress.Request.ID != "r2" || e.Progress.Seq != 1 {
		t.Errorf("%+v", e)
	}
}

func TestStreamBehindWhatIsStillToComeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	events := path("contoso", "r1") + "/events"
	for _, id := range []string{"2", "x", "-1", "18446744073709551616"} {
		w.ask(http.MethodGet, events, "", "", "Last-Event-ID", id).problem(http.StatusBadRequest, "invalid", "Last-Event-ID")
		w.ask(http.MethodGet, events+"?after="+id, "", "").problem(http.StatusBadRequest, "invalid", "after")
	}
	w.ask(http.MethodGet, api.Base+"/tenants/contoso/events?after=99", "", "").problem(http.StatusBadRequest, "invalid", "after")
	w.ask(http.MethodGet, api.Base+"/tenants/contoso/events?new=1", "", "").problem(http.StatusBadRequest, "invalid", "new")
	w.ask(http.MethodGet, events+"?new=true", "", "").problem(http.StatusBadRequest, "invalid", "new")
	w.ask(http.MethodGet, events, "", "", "Accept", "application/json").problem(http.StatusNotAcceptable, "not-acceptable", "Accept")
}

func TestStreamThatIsQuietShowsThatItLives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { *o = api.WithTimes(*o, 10*time.Millisecond, time.Second) })
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	s := w.opens(t, path("contoso", "r1")+"/events", "")
	s.entry()
	for range 3 {
		if e := s.next(); e.comment == "" {
			t.Fatalf("%+v", e)
		}
	}
}

func TestStreamsAreCountedAndBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Streams = 2 })
	w.counted.changed = make(chan int, 100)
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	events := path("contoso", "r1") + "/events"
	first, second := w.opens(t, events, ""), w.opens(t, api.Base+"/tenants/contoso/events", "")
	for _, at := range []string{events, api.Base + "/tenants/contoso/events"} {
		a := w.ask(http.MethodGet, at, "", "")
		a.problem(http.StatusServiceUnavailable, "too-many-streams", "")
		if a.header.Get("Retry-After") == "" {
			t.Error("it does not say when to try again")
		}
	}
	first.done()
	for <-w.counted.changed != 1 || w.counted.open() != 1 {
	}
	third := w.opens(t, events, "")
	third.entry()
	second.done()
	third.done()
	for <-w.counted.changed != 0 {
	}
}

func (c *counter) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams
}

func TestShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	s := w.opens(t, path("contoso", "r1")+"/events", "")
	s.entry()
	tenant := w.opens(t, api.Base+"/tenants/contoso/events", "")
	tenant.entry()
	w.shutDown() // an error, as after five seconds of waiting for them, fails the test
	for _, s := range []*reading{s, tenant} {
		if e := s.next(); e.name != "closed" {
			t.Errorf("%+v", e)
		}
	}
}

// The server ends every other answer after 30 s, and its reading of every call after 10 s.
func TestStreamOutlivesTheDeadlinesOfTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { *o = api.WithTimes(*o, 3*time.Second, time.Second) })
	w.writes(request("contoso", "r1")).append(deprovision.Held, nil)
	s := w.opens(t, path("contoso", "r1")+"/events", "")
	s.entry()
	began := time.Now()
	for time.Since(began) < 32*time.Second && !testing.Short() {
		if e := s.next(); e.comment == "" {
			t.Fatalf("after %s: %+v", time.Since(began), e)
		}
	}
}

func TestReaderWhoDoesNotReadIsDisconnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { *o = api.WithTimes(*o, time.Minute, 100*time.Millisecond) })
	w.counted.changed = make(chan int, 100)
	j := w.writes(request("contoso", "r1"))
	detail := strings.Repeat("x", 20<<10)
	for range 400 { // 8 MiB, more than the buffers of both ends
		j.append(deprovision.Held, func(e *deprovision.Event) { e.Progress.Detail = detail })
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s/events HTTP/1.1\r\nHost: localhost\r\n\r\n", path("contoso", "r1")); err != nil {
		t.Fatal(err)
	}
	if n := <-w.counted.changed; n != 1 {
		t.Fatal(n)
	}
	if n := <-w.counted.changed; n != 0 { // nothing was read
		t.Fatal(n)
	}
}

func TestBrokenJournalIsTheLastThingAStreamTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.writes(request("contoso", "r1"))
	j.append(deprovision.Held, nil)
	s := w.opens(t, path("contoso", "r1")+"/events", "")
	s.entry()
	j.seq++ // one is missing
	j.append(deprovision.Held, nil)
	e := s.next()
	if err := described().accepts("/components/schemas/problem", []byte(e.data)); err != nil || e.name != "problem" {
		t.Errorf("%+v: %v", e, err)
	}
	if e := s.next(); e.name != "closed" {
		t.Errorf("%+v", e)
	}
}
