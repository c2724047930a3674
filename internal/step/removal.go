package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// removal removes what the plan lists for the step, one artifact a unit.
type removal struct{}

// unit is what became of one artifact.
type unit struct {
	change   func(*deprovision.Progress)
	evidence []deprovision.Evidence
}

func (removal) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	artifacts := plan.Of(j.name)
	if j.state.Cursor >= len(artifacts) {
		return engine.Result{}, nil
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	j.planned = plannedApp(plan)
	maybe := j.state.MaybeCalled
	for i := j.state.Cursor; ; i++ {
		u, err := j.removeOne(ctx, artifacts[i], maybe == artifacts[i].ID)
		if err != nil {
			return engine.Result{}, err
		}
		u.change = all(u.change, j.consent())
		if i == len(artifacts)-1 {
			return engine.Result{Apply: all(u.change, counted(u)), Evidence: u.evidence}, nil
		}
		if err := j.work.Advance(ctx, u.change, u.evidence...); err != nil {
			return engine.Result{}, err
		}
		maybe = "" // it was about the artifact that is behind us
	}
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

// counted counts a last unit that has no evidence: the engine counts a step's last unit by it.
func counted(u unit) func(*deprovision.Progress) {
	if len(u.evidence) > 0 {
		return nil
	}
	return func(p *deprovision.Progress) { p.Steps[p.Step].Done++ }
}

// removeOne makes sure that an artifact is gone: look, compare, one call. maybe says that a call about it may have been made before.
func (j *job) removeOne(ctx context.Context, a deprovision.Artifact, maybe bool) (unit, error) {
	k, err := j.kindOf(a.Kind)
	if err != nil {
		return unit{}, err
	}
	if slices.Contains(shared, a.Kind) {
		why, err := j.keeps(ctx)
		if err != nil {
			return unit{}, err
		}
		if why != "" {
			return unit{change: all(leave(j.service.Remain(a, why)), j.given())}, nil
		}
	}
	found, ok, err := k.read(ctx, j.tenant, a)
	if err != nil {
		return unit{}, err
	}
	if !ok {
		return j.absent(a, maybe, nil), nil
	}
	if why := changed(a, found); why != "" {
		return unit{change: leave(j.service.Remain(a, why))}, nil
	}
	receipt, err := k.remove(m365.WithCallID(ctx, callID(j.state.Request.Ref(), a)), j.tenant, a)
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
	return unit{change: j.given(), evidence: []deprovision.Evidence{e}}
}

// given notes that the account has let go, once its record says so: a cancel names what it gave up.
func (j *job) given() func(*deprovision.Progress) {
	if !j.marked {
		return nil
	}
	return note(letGo, sharedMark(j.account))
}

// changed tells how an object differs from the plan in what made it the product's.
func changed(a deprovision.Artifact, now footprint.Object) string {
	if now.Name != a.Name {
		return fmt.Sprintf("it is called %q by now", now.Name)
	}
	return ""
}
