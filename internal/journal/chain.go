package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// mostChained is how many requests a worker remembers the last chain value of: more than it can have in its hands at once.
const mostChained = 4096

// chains remembers per request the chain value of the event that this worker read or wrote last. What an event of a revision is chained by
// never changes, so that what is remembered is right or not asked for; a revision that is not remembered is read.
type chains struct {
	mu   sync.Mutex
	last map[deprovision.Ref]chained
}

type chained struct {
	revision uint64
	value    string
}

func (c *chains) get(ref deprovision.Ref, revision uint64) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.last[ref]
	return last.value, ok && last.revision == revision
}

func (c *chains) put(ref deprovision.Ref, revision uint64, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[deprovision.Ref]chained{}
	}
	if _, known := c.last[ref]; !known && len(c.last) >= mostChained {
		for ref := range c.last { // whichever: forgetting costs one read
			delete(c.last, ref)
			break
		}
	}
	c.last[ref] = chained{revision, value}
}

// chain writes into an encoded event what chains it to the one at the expected revision. The append is a compare-and-set: where it lands, that
// event is the one before it. It returns the chain value of the new event, "" where there is none.
func (j *Journal) chain(ctx context.Context, ref deprovision.Ref, expected uint64, msg *nats.Msg, end bool) (string, error) {
	before, err := j.chainAt(ctx, ref, expected)
	if err != nil || before == "" {
		return "", err
	}
	value, seal := event.ChainNext(before, msg.Data), ""
	if end && j.Seal != nil {
		seal = j.Seal(value)
	}
	link := event.Link{Chain: value, Seal: seal}
	if end {
		link.Before = before
	}
	event.SetLink(msg, link)
	return value, nil
}

// chainAt returns the chain value of the event at a revision; "" where it can't be told, because nothing lies there any more.
func (j *Journal) chainAt(ctx context.Context, ref deprovision.Ref, revision uint64) (string, error) {
	if revision == 0 {
		return event.ChainStart(ref), nil
	}
	if value, ok := j.chained.get(ref, revision); ok {
		return value, nil
	}
	msg, seq, err := j.read(ctx, EventStream, query{Seq: revision})
	if err != nil {
		return "", fmt.Errorf("the event before: %w", err)
	}
	if seq == 0 || msg.Subject != event.Subject(event.Events, ref) {
		return "", nil // the append will be refused: it expects what is not there
	}
	if value := j.note(ref, revision, msg); value != "" {
		return value, nil
	}
	return j.chainAnew(ctx, ref, revision)
}

// chainAnew computes the chain value at a revision from the whole journal: an older worker wrote the event there, and knew of no chain. It is
// "" where the events before were archived, or where one can't be read.
func (j *Journal) chainAnew(ctx context.Context, ref deprovision.Ref, revision uint64) (string, error) {
	value, first := event.ChainStart(ref), true
	err := j.each(ctx, EventStream, event.Subject(event.Events, ref), 1, func(msg *nats.Msg, seq uint64) error {
		if seq > revision {
			return nil
		}
		link, err := event.ReadLink(msg)
		switch {
		case event.ValidChain(link.Chain):
			value = link.Chain
		case err != nil || value == "" || first && !begins(link.Data):
			value = ""
		default:
			value = event.ChainNext(value, link.Data)
		}
		first = false
		return nil
	})
	if err != nil {
		return "", err
	}
	j.chained.put(ref, revision, value)
	return value, nil
}

// begins reports whether an event is the first of its request.
func begins(data []byte) bool {
	var e struct {
		Progress struct {
			Seq uint64 `json:"seq"`
		} `json:"progress"`
	}
	return json.Unmarshal(data, &e) == nil && e.Progress.Seq <= 1
}

// note remembers what an event is chained by, and returns it; "" where it is not chained.
func (j *Journal) note(ref deprovision.Ref, revision uint64, msg *nats.Msg) string {
	link, err := event.ReadLink(msg)
	if err != nil || !event.ValidChain(link.Chain) {
		return ""
	}
	j.chained.put(ref, revision, link.Chain)
	return link.Chain
}
