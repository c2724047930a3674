package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"
)

// retry is how long a browser waits, in milliseconds, before it comes again.
const retry = 2000

// feed is what a stream sends.
type feed struct {
	after    uint64 // the id behind which it begins
	ends     bool   // the end of the messages is the end of what there is to see
	messages func(context.Context) iter.Seq2[message, error]
}

// message is one event of a stream; the data is one line.
type message struct {
	id    uint64
	event string // its type; one that has a type tells of the stream itself, and leaves the id as it was
	data  any
}

// text is the message as it is sent; the JSON has no line breaks.
func (m message) text() []byte {
	data, err := json.Marshal(m.data)
	if err != nil { // it was read from JSON
		panic(err)
	}
	if m.event != "" {
		return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", m.event, data)
	}
	return fmt.Appendf(nil, "id: %d\ndata: %s\n\n", m.id, data)
}

// stream sends messages as server-sent events until they end, the caller goes, the caller reads too slowly, or the API is closed.
func (c *call) stream(f feed) error {
	select {
	case c.api.streams <- struct{}{}:
	default:
		return tooMany.says("try again when others have ended").with("Retry-After", "10")
	}
	c.api.count(1)
	defer func() { c.api.count(-1); <-c.api.streams }()
	ctx, cancel := context.WithCancel(c.r.Context())
	defer cancel()
	defer context.AfterFunc(c.api.closed, cancel)()

	s := &sender{w: c.w, control: http.NewResponseController(c.w), slow: c.api.o.slow}
	// The server's deadlines are for calls that end soon. One on reading would end the call, and with it the stream.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	guarded(c.w.Header())
	c.w.Header().Set("Content-Type", streamMedia)
	c.w.Header().Set("X-Accel-Buffering", "no") // a proxy that gathers a stream makes it useless
	c.w.WriteHeader(http.StatusOK)
	// The id alone is no event. It lets a browser that comes again before the first event go on from here.
	if err := s.send(fmt.Appendf(nil, "retry: %d\nid: %d\n\n", retry, f.after)); err != nil {
		return nil // who asked has gone
	}
	c.pump(ctx, cancel, s, f)
	return nil
}

type item[T any] struct {
	value T
	err   error
}

// arriving reads a sequence in a goroutine of its own, until ctx ends. What is not taken is not read on.
func arriving[T any](ctx context.Context, sequence iter.Seq2[T, error]) <-chan item[T] {
	items := make(chan item[T])
	go func() {
		defer close(items)
		for value, err := range sequence {
			select {
			case items <- item[T]{value, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return items
}

// pump sends what comes, and a sign of life while nothing does. It leaves no goroutine behind.
func (c *call) pump(ctx context.Context, cancel context.CancelFunc, s *sender, f feed) {
	items := arriving(ctx, f.messages(ctx))
	defer func() {
		cancel()
		for range items { // until the goroutine has ended
		}
	}()
	beat := time.NewTicker(c.api.o.beat)
	defer beat.Stop()
	for {
		var text []byte
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			text = []byte(": still here\n\n")
		case i, more := <-items:
			switch {
			case ctx.Err() != nil:
				return
			case !more && f.ends:
				_ = s.send([]byte("event: end\ndata: {}\n\n")) // who asked has gone: nobody is left to tell
				return
			case !more:
				return
			case i.err != nil:
				_ = s.send(c.broken(i.err)) // likewise
				return
			}
			text = i.value.text()
		}
		if s.send(text) != nil {
			return
		}
	}
}

// broken is the last event of a stream that can't go on.
func (c *call) broken(err error) []byte {
	p := problemOf(stored(err))
	c.api.o.Observer.APIRefused(p.reason)
	c.api.o.Log.WarnContext(c.r.Context(), "a stream of the API broke", "path", clip(c.r.URL.Path), "error", err)
	data, err := json.Marshal(p)
	if err != nil { // texts and a number always marshal
		panic(err)
	}
	return bytes.Join([][]byte{[]byte("event: problem\ndata: "), data, []byte("\n\n")}, nil)
}

// sender writes to one reader, who has a while for each piece: nothing is gathered for those who do not read.
type sender struct {
	w       http.ResponseWriter
	control *http.ResponseController
	slow    time.Duration
}

func (s *sender) send(text []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.slow)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}

// count tells how many streams are open.
func (a *API) count(change int) {
	a.counting.Lock()
	defer a.counting.Unlock()
	a.open += change
	a.o.Observer.APIStreams(a.open)
}
