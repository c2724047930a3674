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

// plan returns the plan with a digest.
func (c *Client) plan(ctx context.Context, ref deprovision.Ref, digest string) (deprovision.Plan, error) {
	plan, _, err := c.storedPlan(ctx, ref, digest)
	return plan, err
}

// PlanBody returns the JSON of a plan that was made for a request, byte for byte as it was stored and verified against its digest. The error
// wraps [ErrNoPlan] when there is none with this digest.
func (c *Client) PlanBody(ctx context.Context, ref deprovision.Ref, digest string) ([]byte, error) {
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	_, body, err := c.storedPlan(ctx, ref, digest)
	return body, err
}

// storedPlan puts the chunks of a plan together. Writers that repeated or raced each other left several runs of chunks; any whole one will do.
func (c *Client) storedPlan(ctx context.Context, ref deprovision.Ref, digest string) (deprovision.Plan, []byte, error) {
	runs := map[string][][]byte{}
	for s, err := range c.follow(ctx, feed{stream: planStream, subject: event.Subject(event.Plans, ref)}) {
		if err != nil {
			return deprovision.Plan{}, nil, fmt.Errorf("plan of %s: %w", ref.Tokens(), err)
		}
		chunk, err := event.DecodePlan(s.msg)
		if err != nil {
			return deprovision.Plan{}, nil, fmt.Errorf("plan of %s: %w", ref.Tokens(), err)
		}
		if chunk.Digest != digest || chunk.Part != len(runs[chunk.Put]) {
			continue
		}
		runs[chunk.Put] = append(runs[chunk.Put], chunk.Data)
		if len(runs[chunk.Put]) != chunk.Parts {
			continue
		}
		var plan deprovision.Plan
		if body := bytes.Join(runs[chunk.Put], nil); json.Unmarshal(body, &plan) == nil && plan.Digest() == digest {
			return plan, body, nil
		}
	}
	return deprovision.Plan{}, nil, fmt.Errorf("plan %s of %s: %w", digest, ref.Tokens(), ErrNoPlan)
}
