package step

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// removeAtProduct removes the account's row and the generated data in the product's own console: by the product's hook, or by a person.
type removeAtProduct struct{}

// manual is the name of the stop at which a person does it, and of its text in the footprint.
const manual = deprovision.StopManual

func (removeAtProduct) run(ctx context.Context, j *job) (engine.Result, error) {
	if j.answered(deprovision.ManualDone) {
		done := func(p *deprovision.Progress) { p.Steps[p.Step].Done++ }
		return engine.Result{Apply: all(note(RemoveAtProduct, j.doneByHand()), done)}, nil
	}
	if strings.HasPrefix(j.state.Facts[RemoveAtProduct], byPersonBefore) {
		return engine.Result{Apply: func(p *deprovision.Progress) { p.Steps[p.Step].Done++ }}, nil
	}
	if j.state.Forced {
		return j.forcedRow(ctx)
	}
	return j.removeRow(ctx)
}

// How often, and how long, a forced end tries a hook that fails for a while.
const (
	patientForce = 3
	longestForce = time.Hour
)

// forcedRow is removeRow for an end that nothing may hold up: what a person would have to do, and a hook that fails, becomes remainder.
func (j *job) forcedRow(ctx context.Context) (engine.Result, error) {
	result, err := j.removeRow(ctx)
	class := deprovision.ClassOf(err)
	passing := err != nil && (class == deprovision.Transient || class == deprovision.Throttled || class == deprovision.Unknown)
	began := j.state.Steps[j.state.Step].Started
	long := began != nil && j.now().Sub(*began) > longestForce // a hook can throttle without end, and that counts as no attempt
	if err == nil && result.Stop == nil || passing && j.state.Attempts < patientForce && !long {
		return result, err
	}
	detail := "left for a person, because the end was forced"
	if err != nil {
		detail += ": " + err.Error()
	}
	r := rest{name: RemoveAtProduct, state: j.state, account: j.account, service: j.service}
	r.state.MaybeCalled = "" // in doubt or not: the row has to be looked at
	return engine.Result{Detail: detail, Apply: all(note(RemoveAtProduct, detail), leave(removeAtProduct{}.left(r)...))}, nil
}

func (j *job) removeRow(ctx context.Context) (engine.Result, error) {
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	switch {
	case deprovision.ProductOf(j.account.Product) != deprovision.ReferenceProduct: // the hook is the reference product's, and would call any other row gone
		return j.byHand(), nil
	case j.tenant.Product == nil || j.account.ProductID == "" && j.account.AppID == "": // nothing would tell the row from another one
		return j.byHand(), nil
	}
	held, err := j.holdProduct(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if held != nil {
		return *held, nil
	}
	outcome := deprovision.Removed
	if j.state.Facts[rowBefore] != "" { // a hook may answer the same about a row that it removed long ago
		outcome = deprovision.FoundGone
	}
	row := productRow(j.account)
	maybe := j.state.MaybeCalled == RemoveAtProduct // how the engine names a doubt about a closing step
	id := callID(j.state.Request.Ref(), row)
	receipt, err := j.tenant.Product.Remove(m365.WithCallID(ctx, id), id, m365.ProductAccount{
		TenantID: j.tenant.ID, AccountID: j.account.ProductID, Service: string(j.account.Service), AppID: j.account.AppID})
	switch {
	case gone(err):
		return engine.Result{Evidence: j.absent(row, maybe, err).evidence}, nil
	case err != nil:
		return engine.Result{}, err
	}
	evidence := deprovision.Evidence{Outcome: outcome, Call: receipt.Call, ClientID: receipt.ClientID, RequestID: receipt.RequestID}
	return engine.Result{Evidence: j.proved(row, evidence).evidence}, nil
}

// holdProduct keeps the hook from being called for a plan that nobody confirmed. Who forces a request confirms this by it.
func (j *job) holdProduct(ctx context.Context) (*engine.Result, error) {
	switch {
	case j.state.Forced && j.policy.Armed:
		return nil, nil
	case j.state.Forced:
		held := j.notArmed()
		return &held, nil
	case j.state.Plan == nil:
		return nil, failure(RemoveAtProduct, errors.New("nothing was read and no plan confirmed: leave this step out, or force the end"))
	}
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return nil, err
	}
	return j.hold(plan), nil
}

// productRow is the account's row at the product, as an artifact for the evidence. No plan lists it.
func productRow(account deprovision.Account) deprovision.Artifact {
	a := deprovision.Artifact{Kind: footprint.ProductAccount, ID: account.ProductID, Name: account.ID, Step: RemoveAtProduct, Match: "recorded-id"}
	if a.ID == "" {
		a.ID = account.ID
	}
	return a
}

// byHand is the stop at which a person does it, if it was not done for an earlier request.
func (j *job) byHand() engine.Result {
	if j.state.Facts[rowBefore] != "" {
		return j.rowWasRemoved()
	}
	text := j.service.Stops[manual]
	return j.manualStop("The product's own row of the service account is removed by hand: "+text, text, "")
}
