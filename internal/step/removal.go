package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// removal removes what the plan lists for the step, one artifact a unit.
type removal struct{}

// unit is what became of one artifact, or of a batch.
type unit struct {
	change   func(*deprovision.Progress)
	evidence []deprovision.Evidence
	done     int // artifacts that this run settled
}

func (removal) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	byHand, byHandDone, err := j.byPerson(ctx, plan)
	if err != nil || byHand != nil {
		return orZero(byHand), err
	}
	list := plan.Of(j.name)
	total := len(list)
	if j.state.Cursor >= total && total > 0 && rereads(list) {
		return j.reread(ctx, list)
	}
	if j.state.Cursor >= total {
		return engine.Result{Apply: all(byHandDone, leave(j.unseenSubscriptions()...))}, nil
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	if held, err := j.braked(ctx, plan); err != nil || held != nil { // else who skips the confirmation would skip the brake
		return orZero(held), err
	}
	if byHandDone != nil { // at once: the answer to another stop of this step would take its place, and the person be asked again
		if err := j.work.AdvanceBy(ctx, engine.Way{}, byHandDone); err != nil {
			return engine.Result{}, err
		}
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	j.planned = plannedApp(plan)
	for cursor, first := j.state.Cursor, true; ; first = false {
		batch := deprovision.Together(list, cursor)
		u, err := j.removeTogether(ctx, batch, first)
		if err != nil {
			return engine.Result{}, err
		}
		u.change = all(u.change, j.consent())
		if cursor += len(batch); cursor >= total && !rereads(list) {
			return engine.Result{Apply: all(u.change, counted(u)), Evidence: u.evidence}, nil
		}
		if err := j.work.AdvanceBy(ctx, engine.Way{Cursor: len(batch), Done: u.done}, u.change, u.evidence...); err != nil {
			return engine.Result{}, err
		}
		if cursor >= total {
			return j.reread(ctx, list)
		}
	}
}

// removeTogether removes one artifact, or a batch. Only the first that a run meets may have been called about before.
func (j *job) removeTogether(ctx context.Context, batch []deprovision.Artifact, first bool) (unit, error) {
	maybe := first && j.state.MaybeCalled == batch[0].ID
	if manyKinds[batch[0].Kind] != nil {
		b := newBatch(j, batch, maybe)
		if first {
			b.settle(j.state.Settled)
		}
		return b.remove(ctx)
	}
	u, err := j.removeOne(ctx, batch[0], maybe)
	u.done = 1
	return u, err
}

// unseenSubscriptions are left by the step that would end them.
func (j *job) unseenSubscriptions() []deprovision.Remainder {
	for _, e := range j.service.Entries(j.name) {
		if e.Kind == footprint.Subscription {
			return j.lapsing()
		}
	}
	return nil
}

// plannedApp is the App Id that the plan was made for; "" when it has no service principal.
func plannedApp(plan deprovision.Plan) string {
	var before struct {
		AppID string `json:"appId"`
	}
	for _, a := range plan.Artifacts {
		if a.Kind == footprint.ServicePrincipal && json.Unmarshal(a.Before, &before) == nil {
			return before.AppID
		}
	}
	return ""
}

// counted counts what of a step's last unit has no evidence: the engine counts the rest by it.
func counted(u unit) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) { p.Steps[p.Step].Done += u.done - len(u.evidence) }
}

// removeOne makes sure that an artifact is gone: look, compare, one call. maybe says that a call about it may have been made before.
func (j *job) removeOne(ctx context.Context, a deprovision.Artifact, maybe bool) (unit, error) {
	k, err := j.kindOf(a.Kind)
	if err != nil {
		return unit{}, err
	}
	if shared[a.Kind] != nil {
		why, err := j.keeps(ctx, a)
		if err != nil {
			return unit{}, err
		}
		if why != "" {
			return unit{change: all(leave(j.service.Remain(a, why)), j.given())}, nil
		}
	}
	r := k.read(ctx, j, a)
	if r.err != nil {
		return unit{}, r.err
	}
	if !r.there {
		return j.absent(a, maybe, nil), nil
	}
	if why := changed(a, r.object); why != "" {
		return unit{change: leave(j.service.Remain(a, why))}, nil
	}
	receipt, err := k.remove(m365.WithCallID(ctx, callID(j.state.Request.Ref(), a)), j, a)
	switch {
	case gone(err):
		return j.absent(a, maybe, err), nil
	case err != nil:
		return unit{}, err
	}
	return j.proved(a, deprovision.Evidence{Outcome: deprovision.Removed, Call: receipt.Call, ClientID: receipt.ClientID, RequestID: receipt.RequestID}), nil
}

// absent is the unit of an artifact that is not there. err is the answer of our own call, when one was made.
func (j *job) absent(a deprovision.Artifact, maybe bool, err error) unit {
	e := deprovision.Evidence{Outcome: deprovision.FoundGone}
	if maybe { // ours may have removed it, and nobody can tell
		e.Outcome, e.ClientID = deprovision.RemovedUnconfirmed, callID(j.state.Request.Ref(), a)
	}
	if f, ok := errors.AsType[*deprovision.Failure](err); ok {
		e.Call, e.RequestID, e.ClientID = f.Call, f.RequestID, callID(j.state.Request.Ref(), a)
	}
	return j.proved(a, e)
}

func (j *job) proved(a deprovision.Artifact, e deprovision.Evidence) unit {
	e.Artifact, e.At = a, j.now().UTC()
	purged := j.state.Request.Options.Purge && a.Kind == footprint.QuarantineLibrary // the directory purges later
	if keeps := kept[a.Kind]; keeps > 0 && e.Outcome == deprovision.Removed && !purged {
		until := e.At.Add(keeps)
		e.RestoreUntil = &until
	}
	change := j.given()
	if a.Kind == footprint.UserRole {
		change = all(change, note(stripped, e.At.Format(time.RFC3339)))
	}
	return unit{change: change, evidence: []deprovision.Evidence{e}}
}

// kept is how long a tenant keeps what was removed, to be restored.
// https://learn.microsoft.com/graph/api/directory-deleteditems-restore
// https://learn.microsoft.com/sharepoint/sites/recycle-bin
var kept = map[deprovision.ArtifactKind]time.Duration{
	footprint.Microsoft365Group: 30 * 24 * time.Hour, footprint.ServicePrincipal: 30 * 24 * time.Hour, footprint.AppPrincipal: 30 * 24 * time.Hour,
	footprint.AppRegistration: 30 * 24 * time.Hour, footprint.DelegateUser: 30 * 24 * time.Hour, footprint.QuarantineLibrary: 93 * 24 * time.Hour,
}

// given notes that the account has let go, once its record says so: a cancel names what it gave up.
func (j *job) given() func(*deprovision.Progress) {
	if len(j.marked) == 0 {
		return nil
	}
	return func(p *deprovision.Progress) {
		marks := strings.Fields(p.Facts[letGo])
		for _, m := range j.marked {
			if !slices.Contains(marks, m) {
				marks = append(marks, m)
			}
		}
		note(letGo, strings.Join(marks, " "))(p)
	}
}

// changed tells how an object differs from the plan in what made it the product's.
func changed(a deprovision.Artifact, now footprint.Object) string {
	if now.Name != a.Name {
		return fmt.Sprintf("it is called %q by now", now.Name)
	}
	return ""
}
