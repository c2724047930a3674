package step

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// closeAccount closes the service account's record, which stays as evidence. Which request is open on it is the engine's to write.
type closeAccount struct{}

func (closeAccount) run(ctx context.Context, j *job) (engine.Result, error) {
	id, resumes := j.state.Request.ID, j.state.Request.ResumeOf != ""
	err := j.amend(ctx, func(a *deprovision.Account) bool {
		if a.State == deprovision.AccountClosed && (a.Closed == id || !resumes) { // what was closed before, the newest request closes
			return false
		}
		a.State, a.Closed = deprovision.AccountClosed, id
		return true
	})
	if err != nil {
		return engine.Result{}, err
	}
	tookUp := resumes && (j.state.Removed+j.state.Unconfirmed > 0 || j.state.Facts[leftBefore] != "") // the row at the product, or what is named
	if j.state.Facts[TakeInventory] == nothingFound && !j.state.Forced && !tookUp {
		return engine.Result{End: deprovision.NothingFound, Detail: "The tenant holds nothing of the footprint; the service account is closed."}, nil
	}
	return engine.Result{}, nil
}
