package step

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Brake is the stop of a plan that would remove too much at once, the name that approves it there, and the fact that it has passed.
const Brake = deprovision.StopBrake

const (
	brakeHolds   = "refused " // begins the fact of a plan that waits at the stop
	brakeWindow  = time.Hour
	reserveTries = 8
	howToPass    = `To let this plan pass, approve it with the name "brake" and no other.`
)

// listedWhole are the kinds of which an inventory lists all that the tenant has: lists of the customer's own.
var listedWhole = []deprovision.ArtifactKind{footprint.TransportRule, footprint.OutboundConnector, footprint.InboundConnector, footprint.RoleGroup,
	footprint.Microsoft365Group, footprint.DistributionGroup, footprint.DynamicGroup, footprint.JournalRule, footprint.IPAllowEntry}

// tally tells of which kinds the tenant has so many objects that a part of them counts.
func tally(objects []footprint.Object) map[deprovision.ArtifactKind]int {
	count := map[deprovision.ArtifactKind]int{}
	for _, o := range objects {
		if slices.Contains(listedWhole, o.Kind) {
			count[o.Kind]++
		}
	}
	maps.DeleteFunc(count, func(_ deprovision.ArtifactKind, n int) bool { return n < guard.FewestObjects })
	return count
}

// braked makes the plan's reservation before anything of it goes, once: the fact of it goes into the next append together with the consent
// (see [job.consent]). It returns the stop of a plan that would remove too much; nil when the plan may be carried out. Who comes here has
// the consent already.
func (j *job) braked(ctx context.Context, plan deprovision.Plan) (*engine.Result, error) {
	if strings.HasPrefix(j.state.Facts[Brake], j.state.Plan.Digest) {
		return nil, nil
	}
	by, more := j.overrun()
	if by == "" {
		if refusal := j.policy.Brake.Part(plan.Artifacts, j.state.Plan.Objects); refusal != nil {
			return j.askBrake(refusal, more), nil
		}
	}
	count := max(len(plan.Artifacts), j.state.Plan.Artifacts)
	refusal, err := j.reserve(ctx, deprovision.Reservation{Request: j.state.Request.Ref().Tokens(), Plan: j.state.Plan.Digest, Count: count, Approved: by})
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		return j.askBrake(refusal, more), nil
	}
	j.passed = fmt.Sprintf("%s reserved %d", j.state.Plan.Digest, count)
	if by != "" {
		j.passed += ", approved by " + by
	}
	return nil, nil
}

// reserved notes that the plan has passed the brake, once it has.
func (j *job) reserved() func(*deprovision.Progress) {
	if j.passed == "" {
		return nil
	}
	return note(Brake, j.passed)
}

// heldByBrake reports whether the plan waits at the brake, so that an approval is meant for that.
func (j *job) heldByBrake() bool { return j.state.Facts[Brake] == brakeHolds+j.state.Plan.Digest }

// overrun tells who approved that the plan passes the brake; "" when nobody did, and what was wrong with an answer that tried to.
func (j *job) overrun() (by, wrong string) {
	a := j.state.Answer
	switch {
	case a == nil || a.Verb != deprovision.Approve || !j.heldByBrake():
		return "", ""
	case a.PlanDigest != j.state.Plan.Digest:
		return "", "What was approved is another plan."
	case !slices.Equal(a.Names, []string{Brake}):
		return "", "Nothing was approved: other names were given."
	case a.DecidedBy == "":
		return "", "Nothing was approved: it is not known by whom."
	}
	return a.DecidedBy, ""
}

// reserve enters the reservation into the tenant's ledger by compare-and-set, or returns why not.
func (j *job) reserve(ctx context.Context, r deprovision.Reservation) (*guard.Refusal, error) {
	tenant := j.state.Request.Tenant
	for range reserveTries {
		ledger, revision, err := j.deps.Brake.Get(ctx, tenant)
		if err != nil {
			return nil, fmt.Errorf("what the tenant's removals have reserved: %w", err)
		}
		next, refusal := guard.Reserve(ledger, r, j.policy.Brake.Limit(), brakeWindow, j.now().UTC())
		if refusal != nil || slices.Equal(next.Entries, ledger.Entries) {
			return refusal, nil
		}
		if err := m365.Fence(ctx); err != nil {
			return nil, fmt.Errorf("what the tenant's removals have reserved: %w", err)
		}
		next.Tenant = tenant
		if _, err = j.deps.Brake.Put(ctx, next, revision); err == nil || !errors.Is(err, engine.ErrConflict) {
			return nil, err
		}
	}
	return nil, errors.New("what the tenant's removals have reserved is being changed by others all the time")
}

// askBrake opens the stop of a plan that would remove too much. The consent is kept, so that the plan need not be confirmed again.
func (j *job) askBrake(refusal *guard.Refusal, more string) *engine.Result {
	detail := []string{fmt.Sprintf("The brake holds the plan %s: %s.", j.state.Plan.Digest, refusal.Why)}
	if j.state.Removed+j.state.Unconfirmed == 0 {
		detail = append(detail, "Nothing has been removed.")
	}
	if more != "" {
		detail = append(detail, more)
	}
	r := j.stop(deprovision.StopBrake, strings.Join(append(detail, howToPass), " "), deprovision.Approve, deprovision.Retry, deprovision.Cancel, deprovision.Force)
	r.Apply = all(j.consent(), note(Brake, brakeHolds+j.state.Plan.Digest))
	return &r
}
