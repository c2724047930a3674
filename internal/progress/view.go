package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Get returns the newest known state of a request; ok is false when the picture has none.
func (p *Picture) Get(ctx context.Context, ref deprovision.Ref) (state deprovision.Progress, ok bool, err error) {
	if err := ref.Validate(); err != nil {
		return deprovision.Progress{}, false, err
	}
	states, err := p.documents(ctx, []string{ref.Tokens()})
	if err != nil || len(states) == 0 {
		return deprovision.Progress{}, false, err
	}
	return states[0], true, nil
}

// openChunk is how many documents Open has in memory at a time.
const openChunk = 100

// Open calls yield for every request that has not ended, newest first, until it returns false. One that begins or ends meanwhile may or
// may not come.
func (p *Picture) Open(ctx context.Context, yield func(deprovision.Progress) bool) error {
	sets := []string{p.keys.index() + "open"}
	for from := newest; from != ""; {
		members, next, err := p.walk(ctx, sets, from, openChunk)
		if err != nil {
			return fmt.Errorf("open requests: %w", err)
		}
		states, err := p.documents(ctx, tokensOf(members))
		if err != nil {
			return fmt.Errorf("open requests: %w", err)
		}
		for _, s := range states {
			if !s.Status.Terminal() && !yield(s) {
				return nil
			}
		}
		from = next
	}
	return nil
}

// documents reads documents by the tokens of their requests, in this order; those that are not there are left out.
func (p *Picture) documents(ctx context.Context, tokens []string) ([]deprovision.Progress, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	pipe := p.client.Pipeline()
	replies := make([]*redis.StringCmd, 0, len(tokens))
	for _, t := range tokens {
		replies = append(replies, pipe.Get(ctx, p.keys.documentOf(t)))
	}
	_, _ = pipe.Exec(ctx) // each reply has its own error
	states := make([]deprovision.Progress, 0, len(tokens))
	for i, t := range tokens {
		body, err := replies[i].Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		var state deprovision.Progress
		if err == nil {
			err = json.Unmarshal(body, &state)
		}
		if err != nil {
			return nil, fmt.Errorf("document of %s: %w", t, err)
		}
		states = append(states, state)
	}
	return states, nil
}
