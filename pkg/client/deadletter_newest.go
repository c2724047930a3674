package client

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// A stream can be read forwards only, so that the newest letters come by windows of numbers, from the end. A window begins small, for most who read
// want one page, and grows while what it brings weighs little.
const (
	leastWindow = ahead
	mostWindow  = 4096
	weighsLess  = 1 << 20 // bytes
)

// DeadLettersBefore yields the messages that could not be used, newest first: those before the one with a number, or all when it is 0.
func (c *Client) DeadLettersBefore(ctx context.Context, seq uint64) iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		first, last, err := c.numbers(ctx, deadLetterStream, event.All(event.DeadLetters))
		if err != nil {
			yield(DeadLetter{}, fmt.Errorf("dead letters: %w", err))
			return
		}
		if seq > 0 {
			last = min(last, seq-1)
		}
		for size := uint64(leastWindow); last >= first && last > 0; {
			from := max(first, last-min(last, size)+1)
			window, weight, err := c.window(ctx, from, last)
			if err != nil {
				yield(DeadLetter{}, err)
				return
			}
			for _, d := range slices.Backward(window) {
				if !yield(d, nil) {
					return
				}
			}
			last = from - 1
			size = sized(size, weight)
		}
	}
}

func sized(size uint64, weight int) uint64 {
	switch {
	case weight < weighsLess:
		return min(2*size, mostWindow)
	case weight > 4*weighsLess:
		return max(size/2, 1)
	}
	return size
}

// window reads the letters with these numbers, oldest first, and says how many bytes they are.
func (c *Client) window(ctx context.Context, from, to uint64) (letters []DeadLetter, weight int, err error) {
	for s, err := range c.follow(ctx, feed{stream: deadLetterStream, subject: event.All(event.DeadLetters), from: from}) {
		var d event.DeadLetter
		if err == nil && s.seq > to {
			break
		}
		if err == nil {
			d, err = event.DecodeDeadLetter(s.msg)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("dead letters: %w", err)
		}
		letters = append(letters, DeadLetter{Seq: s.seq, DeadLetter: d})
		weight += len(s.msg.Data)
		if s.seq == to {
			break
		}
	}
	return letters, weight, nil
}

// numbers returns those of the first and the last message of a stream on a subject; both are 0 when there is none.
func (c *Client) numbers(ctx context.Context, stream, subject string) (first, last uint64, err error) {
	newest, ok, err := c.read(ctx, stream, which{Last: subject})
	if err != nil || !ok {
		return 0, 0, err
	}
	oldest, ok, err := c.read(ctx, stream, which{Next: subject, Seq: 1})
	if err != nil || !ok {
		return 0, 0, err
	}
	return oldest.seq, newest.seq, nil
}
