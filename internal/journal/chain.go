package journal

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// chain writes into an encoded event what chains it to the one at the expected revision. The append is a compare-and-set: where it lands, that
// event is the one before it. An end is signed. What comes on top of an end says again what that one says: it is signed only where that one was
// signed with the same key, or whoever may write here without a key could let a worker sign a false end. It returns what the new event is chained
// by, and no chain value where there is none.
func (j *Journal) chain(ctx context.Context, ref deprovision.Ref, expected uint64, msg *nats.Msg, end bool) (chained, error) {
	before, err := j.chainAt(ctx, ref, expected)
	if err != nil || before.value == "" {
		return chained{}, err
	}
	link := event.Link{Chain: event.ChainNext(before.value, msg.Data)}
	if end {
		link.Before = before.value
	}
	switch {
	case !end || j.Seal == nil:
	case before.foreign:
		j.log().WarnContext(ctx, "what comes after an end is not signed: no worker with this key signed the end", "request", ref.Tokens())
	default:
		link.Seal = j.Seal(link.Chain)
	}
	event.SetLink(msg, link)
	return chained{value: link.Chain, foreign: end && before.foreign}, nil
}

// chainAt returns what the event at a revision is chained by; no value where it can't be told, because nothing lies there any more.
func (j *Journal) chainAt(ctx context.Context, ref deprovision.Ref, revision uint64) (chained, error) {
	if revision == 0 {
		return chained{value: event.ChainStart(ref)}, nil
	}
	if last, ok := j.chained.get(ref, revision); ok {
		return last, nil
	}
	msg, seq, err := j.read(ctx, EventStream, query{Seq: revision})
	if err != nil {
		return chained{}, fmt.Errorf("the event before: %w", err)
	}
	if seq == 0 || msg.Subject != event.Subject(event.Events, ref) {
		return chained{}, nil // the append will be refused: it expects what is not there
	}
	seen, read := glance(msg)
	end := !read || seen.Status.Terminal()
	if last := j.note(ref, revision, msg, end); last.value != "" {
		return last, nil
	}
	return j.chainAnew(ctx, ref, revision, end)
}

// chainAnew computes the chain value at a revision from the whole journal: an older worker wrote the event there, and knew of no chain. It is
// "" where the events before were archived, or where one can't be read.
func (j *Journal) chainAnew(ctx context.Context, ref deprovision.Ref, revision uint64, end bool) (chained, error) {
	value, first := event.ChainStart(ref), true
	err := j.each(ctx, EventStream, event.Subject(event.Events, ref), 1, func(msg *nats.Msg, at uint64) error {
		if at > revision {
			return nil
		}
		link, err := event.ReadLink(msg)
		switch {
		case event.ValidChain(link.Chain):
			value = link.Chain
		case err != nil || value == "" || first && !begins(msg):
			value = ""
		default:
			value = event.ChainNext(value, link.Data)
		}
		first = false
		return nil
	})
	if err != nil {
		return chained{}, err
	}
	last := chained{revision: revision, value: value, foreign: end && j.Seal != nil}
	j.chained.put(ref, last)
	return last, nil
}

// glanced is of an event what the chain needs to know.
type glanced struct {
	Seq    uint64             `json:"seq"`
	Status deprovision.Status `json:"status"`
}

func glance(msg *nats.Msg) (glanced, bool) {
	var e struct {
		Progress glanced `json:"progress"`
	}
	link, err := event.ReadLink(msg)
	read := err == nil && json.Unmarshal(link.Data, &e) == nil
	return e.Progress, read
}

// begins reports whether an event is the first of its request.
func begins(msg *nats.Msg) bool {
	e, read := glance(msg)
	return read && e.Seq <= 1
}

// note remembers what an event is chained by, and returns it; there is no value where it is not chained. end is whether it ends its request.
func (j *Journal) note(ref deprovision.Ref, revision uint64, msg *nats.Msg, end bool) chained {
	link, err := event.ReadLink(msg)
	if err != nil || !event.ValidChain(link.Chain) {
		return chained{}
	}
	last := chained{revision: revision, value: link.Chain, foreign: end && j.Seal != nil && !j.ours(link)}
	j.chained.put(ref, last)
	return last
}

// ours reports whether a worker with our key wrote an end. Not only the signature has to fit: it is of a chain value, and that has to be the one that
// the event gives, or a signature from elsewhere would do. An Ed25519 signature is always the same, so that it can be made again to compare.
func (j *Journal) ours(end event.Link) bool { return end.Holds() && end.Seal == j.Seal(end.Chain) }
