package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const chunk = 256 << 10 // bytes of a plan per message, before base64

// ErrPlan says that a plan is not stored whole, or is not what its digest says.
var ErrPlan = errors.New("the plan is not there whole")

// PutPlan stores a plan in chunks under its digest. It may be repeated.
func (j *Journal) PutPlan(ctx context.Context, plan deprovision.Plan) error {
	body, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("plan of %s: %w", plan.Ref.Tokens(), err)
	}
	digest, put, parts := plan.Digest(), nuid.Next(), (len(body)+chunk-1)/chunk
	for part := range parts {
		msg, err := event.EncodePlan(event.PlanChunk{Ref: plan.Ref, Digest: digest, Put: put, Part: part, Parts: parts,
			Data: body[part*chunk : min((part+1)*chunk, len(body))]})
		if err != nil {
			return err
		}
		if _, err := j.publish(ctx, msg, nil); err != nil {
			return fmt.Errorf("plan of %s, part %d: %w", plan.Ref.Tokens(), part, err)
		}
	}
	return nil
}

// Plan reads a plan back and verifies its digest. A plan that was stored more than once, or in part, is found in its whole writing. One that was
// read lately is remembered; it is not to be changed.
func (j *Journal) Plan(ctx context.Context, ref deprovision.Ref, digest string) (deprovision.Plan, error) {
	if plan, ok := j.recent.get(ref, digest); ok {
		return plan, nil
	}
	found, err := j.plans(ctx, ref, func(d string) bool { return d == digest })
	if err != nil {
		return deprovision.Plan{}, err
	}
	plan, ok := found[digest]
	if !ok {
		return deprovision.Plan{}, fmt.Errorf("plan %s of %s: %w", digest, ref.Tokens(), ErrPlan)
	}
	j.recent.put(plan, digest)
	return plan, nil
}

// Plans reads every plan, and every part of an inventory, that was stored whole for a request, by digest.
func (j *Journal) Plans(ctx context.Context, ref deprovision.Ref) (map[string]deprovision.Plan, error) {
	return j.plans(ctx, ref, func(string) bool { return true })
}

func (j *Journal) plans(ctx context.Context, ref deprovision.Ref, wanted func(digest string) bool) (map[string]deprovision.Plan, error) {
	runs, found := map[string][][]byte{}, map[string]deprovision.Plan{}
	err := j.each(ctx, PlanStream, event.Subject(event.Plans, ref), 1, func(msg *nats.Msg, _ uint64) error {
		c, err := event.DecodePlan(msg)
		if err != nil || !wanted(c.Digest) {
			return err
		}
		if c.Part != len(runs[c.Put]) {
			return nil
		}
		run := append(runs[c.Put], c.Data)
		runs[c.Put] = run
		var plan deprovision.Plan
		if len(run) == c.Parts && json.Unmarshal(bytes.Join(run, nil), &plan) == nil && plan.Digest() == c.Digest {
			found[c.Digest] = plan
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("plan of %s: %w", ref.Tokens(), err)
	}
	return found, nil
}

var _ engine.Journal = (*Journal)(nil)
