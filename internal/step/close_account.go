package step

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// closeAccount closes the service account's record, which stays as evidence. Which request is open on it is the engine's to write.
type closeAccount struct{}

func (closeAccount) run(ctx context.Context, j *job) (engine.Result, error) {
	id := j.state.Request.ID
	err := j.amend(ctx, func(a *deprovision.Account) bool {
		if a.State == deprovision.AccountClosed {
			return false
		}
		a.State, a.Closed = deprovision.AccountClosed, id
		return true
	})
	if err != nil {
		return engine.Result{}, err
	}
	if j.state.Facts[TakeInventory] == nothingFound && !j.state.Forced {
		return engine.Result{End: deprovision.NothingFound, Detail: "The tenant holds nothing of the footprint; the service account is closed."}, nil
	}
	return engine.Result{}, nil
}
