package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Plan returns the plan that a request is on, whole, verified against the digest in its journal. The error wraps [ErrUnknownRequest], or
// [ErrNoPlan] when none was made yet.
func (c *Client) Plan(ctx context.Context, ref deprovision.Ref) (deprovision.Plan, error) {
	last, err := c.Last(ctx, ref)
	if err != nil {
		return deprovision.Plan{}, err
	}
	if last.Progress.Plan == nil {
		return deprovision.Plan{}, fmt.Errorf("plan of %s: %w", ref.Tokens(), ErrNoPlan)
	}
	return c.plan(ctx, ref, last.Progress.Plan.Digest)
}

// plan puts the chunks of a plan together. Writers that repeated or raced each other left several runs of chunks; any whole one will do.
func (c *Client) plan(ctx context.Context, ref deprovision.Ref, digest string) (deprovision.Plan, error) {
	runs := map[string][][]byte{}
	for s, err := range c.follow(ctx, feed{stream: planStream, subject: event.Subject(event.Plans, ref)}) {
		if err != nil {
			return deprovision.Plan{}, fmt.Errorf("plan of %s: %w", ref.Tokens(), err)
		}
		chunk, err := event.DecodePlan(s.msg)
		if err != nil {
			return deprovision.Plan{}, fmt.Errorf("plan of %s: %w", ref.Tokens(), err)
		}
		if chunk.Digest != digest || chunk.Part != len(runs[chunk.Put]) {
			continue
		}
		run := append(runs[chunk.Put], chunk.Data)
		runs[chunk.Put] = run
		var plan deprovision.Plan
		if len(run) == chunk.Parts && json.Unmarshal(bytes.Join(run, nil), &plan) == nil && plan.Digest() == digest {
			return plan, nil
		}
	}
	return deprovision.Plan{}, fmt.Errorf("plan %s of %s: %w", digest, ref.Tokens(), ErrNoPlan)
}
