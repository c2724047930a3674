package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ErrWentBack says that the server lost what it had answered for, as after a failover: the picture has to be rebuilt.
var ErrWentBack = errors.New("the picture went back in time")

// Apply puts updates into the picture. One that is older than what is there changes nothing, so the same may come again and in any
// order. After an error nothing is lost if the caller brings all of them again. [ErrWentBack] comes once, after it was all applied: the
// watermark is gone then, and stays away until the picture is rebuilt.
func (p *Picture) Apply(ctx context.Context, updates []Update) error {
	if len(updates) == 0 {
		return nil
	}
	changes, highest := fold(updates)
	chunks := [][]change{nil} // also without a change the watermark moves
	if len(changes) > 0 {
		chunks = slices.Collect(slices.Chunk(changes, chunk))
	}
	for _, some := range chunks {
		if err := p.putDocuments(ctx, some); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
	}
	for i, some := range chunks { // second, so that no index names a document that is not there
		var mark Update // last, when all is there
		if i == len(chunks)-1 {
			mark = highest
		}
		if err := p.putIndex(ctx, some, mark); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
	}
	return nil
}

// chunk is how many requests one script changes at most: a few milliseconds in which the server does nothing else.
const chunk = 256

func (p *Picture) putDocuments(ctx context.Context, changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	calls := make([]call, 0, len(changes))
	for _, c := range changes {
		ref := c.Progress.Request.Ref()
		body, err := json.Marshal(c.Progress)
		if err != nil {
			return fmt.Errorf("document of %s: %w", ref.Tokens(), err)
		}
		calls = append(calls, call{
			keys: []string{p.keys.document(ref), p.keys.seq(ref)},
			args: []any{strconv.FormatUint(c.Progress.Seq, 10), body},
		})
	}
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	_, err := p.runner.batch(ctx, documentScript, calls)
	return err
}

func (p *Picture) putIndex(ctx context.Context, changes []change, mark Update) error {
	before := p.applied.Load()
	revision := strconv.FormatUint(mark.Revision, 10)
	args := []any{p.keys.index(), p.options.Incarnation, revision, mark.At.UTC().Format(time.RFC3339Nano), strconv.FormatUint(before, 10)}
	for _, c := range changes {
		r, err := c.row()
		if err != nil {
			return err
		}
		d, err := c.done()
		if err != nil {
			return err
		}
		args = append(args, c.Progress.Request.Ref().Tokens(), r, d)
	}
	k := p.keys
	keys := []string{k.rows(), k.waiting(), k.counts(), k.steps(), k.watermark(), k.rebuild()}
	var result any
	if err := p.bounded(ctx, indexScript, call{keys: keys, args: args}, &result); err != nil {
		return err
	}
	switch result {
	case int64(0):
		p.applied.Store(0)
		return fmt.Errorf("revision %d was applied before: %w", before, ErrWentBack)
	case int64(1):
		raise(&p.applied, mark.Revision)
	}
	return nil
}
