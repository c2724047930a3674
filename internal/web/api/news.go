package api

import (
	"context"
	"errors"
	"iter"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

// news is an event of the journal, or what became of the way to the journal.
type news struct {
	entry client.Entry
	way   *way // nil for an event
}

// way is how the journal is reached: lost is why it is not; nil means that it is again.
type way struct{ lost error }

// message tells who follows that nothing comes for a while, or that it goes on: their stream stays, and misses nothing.
func (w way) message() message {
	if w.lost == nil {
		return message{event: "resumed", data: struct{}{}}
	}
	detail := "the journal can't be followed"
	if errors.Is(w.lost, client.ErrUnreachable) {
		detail = client.ErrUnreachable.Error()
	}
	return message{event: "interrupted", data: unavailable.says(detail)}
}

// watch follows the journal, and calls interrupted when it can't and when it can again.
type watch func(ctx context.Context, interrupted func(error)) iter.Seq2[client.Entry, error]

// reported is what a watch yields, with what becomes of the way in between.
func reported(ctx context.Context, follow watch) iter.Seq2[news, error] {
	return func(yield func(news, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		gone := false // who takes it
		interrupted := func(err error) {
			if !gone && !yield(news{way: &way{err}}, nil) {
				gone = true
				cancel()
			}
		}
		for e, err := range follow(ctx, interrupted) {
			if gone || !yield(news{entry: e}, err) {
				return
			}
		}
	}
}

// each makes a message of every piece of news; id is that of an entry's.
func each(all iter.Seq2[news, error], id func(client.Entry) uint64) iter.Seq2[message, error] {
	return func(yield func(message, error) bool) {
		for n, err := range all {
			m := message{}
			switch {
			case n.way != nil:
				m = n.way.message()
			case err == nil:
				m = message{id: id(n.entry), data: n.entry}
			}
			if !yield(m, err) {
				return
			}
		}
	}
}
