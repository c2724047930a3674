package step

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// before is what is known of the request whose remainder this one takes up: how it ended, and the plan it had.
type before struct {
	state deprovision.Progress
	plan  deprovision.Plan
}

// What a request notes of those before it, for itself and for the next one that takes up from it.
const (
	byPersonBefore = "done by "              // begins the fact of a step that a person did
	removedBefore  = "; removed by request " // ends, with its id, the fact of an account that an earlier request took away
	rowBefore      = "row-gone-by"           // by which request the product's own row went
	drainBefore    = "drain-before"          // until when mail may return because of rules that an earlier request took away
	usedBefore     = "groups-used"           // ids of groups that rules of the product used: they are known by rules that may be gone
	leftBefore     = "left-before"           // that an earlier request left what is still there and not of this one's plan
)

// earlier reads the request that this one takes up, once per run; nil when it takes up none.
func (j *job) earlier(ctx context.Context) (*before, error) {
	if j.state.Request.ResumeOf == "" || j.resumed != nil {
		return j.resumed, nil
	}
	b, err := j.takenUpBy(ctx, j.state.Request)
	if err == nil {
		j.resumed = b
	}
	return j.resumed, err
}

// takenUpBy reads what a request takes up; nil when it takes up none.
func (j *job) takenUpBy(ctx context.Context, r deprovision.Request) (*before, error) {
	state, plan, ok, err := j.work.Earlier(ctx, r)
	if !ok || err != nil {
		return nil, err
	}
	return &before{state, plan}, nil
}

// inherit notes what of an earlier request still counts, and what a person did for it: nobody is asked twice for one thing.
func (j *job) inherit(ctx context.Context) (func(*deprovision.Progress), error) {
	b, err := j.earlier(ctx)
	if b == nil || err != nil {
		return nil, err
	}
	var facts []func(*deprovision.Progress)
	keep := func(key, value string) {
		if value != "" && j.state.Facts[key] == "" {
			facts = append(facts, note(key, value))
		}
	}
	for _, name := range append(slices.Clone(j.service.Steps), RemoveAtProduct) {
		if fact := b.state.Facts[name]; strings.HasPrefix(fact, byPersonBefore) && !j.service.Checked(name) {
			keep(name, fact)
		}
	}
	if b.rowGone() {
		keep(rowBefore, b.state.Request.ID)
	}
	keep(rowBefore, b.state.Facts[rowBefore])
	keep(usedBefore, strings.Join(b.groups(), " "))
	keep(usedBefore, b.state.Facts[usedBefore])
	if until := j.drainOf(b); !until.IsZero() {
		keep(drainBefore, until.UTC().Format(time.RFC3339Nano))
	}
	return all(facts...), nil
}

// drainOf tells until when mail may still return because of an earlier request, which took away what sent it to the product; zero where there was
// nothing, or its drain is over.
func (j *job) drainOf(b *before) time.Time {
	rules := j.service.Rerouting(b.plan)
	switch {
	case settled(b.state.Facts, Drain).Until != nil:
		return *settled(b.state.Facts, Drain).Until
	case strings.HasPrefix(b.state.Facts[Drain], drained):
		return time.Time{}
	case len(rules) == 0:
		return at(b.state.Facts[drainBefore])
	case slices.ContainsFunc(rules, func(a deprovision.Artifact) bool { return b.left(j.service, a) }): // if they are gone, nobody knows since when
		return j.now().Add(j.drainTime())
	}
	return b.state.Updated.Add(j.drainTime())
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// tookAway tells by which request an account lost what it now lacks; "" when that is not known.
func (j *job) tookAway(ctx context.Context, f flaw) (string, error) {
	b, err := j.earlier(ctx)
	if b == nil || err != nil {
		return "", err
	}
	if by, ok := strings.CutPrefix(b.state.Facts[VerifyAccount], f.why+removedBefore); ok { // the earlier one had found it so itself
		return by, nil
	}
	for _, a := range b.plan.Artifacts {
		if slices.Contains(f.by, a.Kind) && ofAccount(a, j.account) && !b.left(j.service, a) {
			return b.state.Request.ID, nil
		}
	}
	return "", nil
}

// ofAccount reports whether an artifact was the account's own app, or user: a record may name another by now.
func ofAccount(a deprovision.Artifact, account deprovision.Account) bool {
	var before struct {
		AppID string `json:"appId"`
		UPN   string `json:"userPrincipalName"`
	}
	if json.Unmarshal(a.Before, &before) != nil {
		return false
	}
	return before.AppID != "" && strings.EqualFold(before.AppID, account.AppID) || before.UPN != "" && strings.EqualFold(before.UPN, account.UPN)
}

// left reports whether the earlier request says, or may have had no room to say, that it left an artifact of its plan.
func (b *before) left(service *footprint.Service, a deprovision.Artifact) bool {
	return listed(service, b.state, a) || unnamed(b.state.Remainder) > 0 && !b.done(a.Step)
}

// rowGone reports whether the product's own row is known to have gone: its step counts one when the hook, or a person, said so. That the remainder
// does not name the row says nothing where it had no room.
func (b *before) rowGone() bool {
	return slices.ContainsFunc(b.state.Steps, func(s deprovision.StepProgress) bool {
		return s.Name == RemoveAtProduct && s.State == deprovision.StepDone && s.Done > 0
	})
}

func (b *before) done(step string) bool {
	return slices.ContainsFunc(b.state.Steps, func(s deprovision.StepProgress) bool { return s.Name == step && s.State == deprovision.StepDone })
}

// groups lists the groups of the earlier plan by their ids, but for those that a person approved: an approval is for one request.
func (b *before) groups() []string {
	kinds := []deprovision.ArtifactKind{footprint.Microsoft365Group, footprint.SecurityGroup, footprint.DistributionGroup, footprint.DynamicGroup}
	var ids []string
	for _, a := range b.plan.Artifacts {
		if slices.Contains(kinds, a.Kind) && !strings.HasPrefix(a.Match, "approved: ") && len(strings.Fields(a.ID)) == 1 {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// blindWithoutApp notes that nobody sees the subscriptions any more of an account whose app an earlier request removed.
func (j *job) blindWithoutApp(ctx context.Context) error {
	if j.state.Request.ResumeOf == "" || j.account.AppCredential == "" {
		return nil
	}
	sp, err := j.principal(ctx)
	j.blind = err == nil && sp == nil
	return err
}

// rowWasRemoved ends the step of a row that an earlier request removed, where no hook can be asked about it.
func (j *job) rowWasRemoved() engine.Result {
	return engine.Result{Apply: note(RemoveAtProduct, "removed by request "+j.state.Facts[rowBefore])}
}
