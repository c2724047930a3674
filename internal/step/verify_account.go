package step

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// verifyAccount makes sure that the service account is there, enabled, and the one that was recorded. If not, somebody decides whether the
// removal goes on all the same, as the worker's own identity does everything anyway.
type verifyAccount struct{}

func (verifyAccount) run(ctx context.Context, j *job) (engine.Result, error) {
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	why, err := j.invalid(ctx)
	if deprovision.ClassOf(err) == deprovision.Forbidden && err != nil {
		return j.missingRights([]string{err.Error()}), nil
	}
	switch {
	case err != nil:
		return engine.Result{}, err
	case why == "":
		return engine.Result{}, nil
	case j.answered(deprovision.Continue):
		return engine.Result{Apply: note(VerifyAccount, why+"; "+j.state.Answer.DecidedBy+" let it go on")}, nil
	}
	return j.stop(deprovision.StopInvalidAccount, why, deprovision.Continue, deprovision.Cancel, deprovision.Force), nil
}

// invalid tells in what the account is not as it should be.
func (j *job) invalid(ctx context.Context) (string, error) {
	a, wanted := j.account, j.state.Request.AppID
	switch {
	case a.ID == "":
		return "There is no record of the service account " + j.state.Request.Account + ".", nil
	case wanted != "" && !strings.EqualFold(wanted, a.AppID):
		return fmt.Sprintf("The request names App Id %s, the record %s.", wanted, a.AppID), nil
	case a.Kind == deprovision.Delegate:
		return j.invalidUser(ctx)
	}
	sp, err := j.principal(ctx)
	if err != nil {
		return "", err
	}
	recorded := cmp.Or(a.Recorded[string(footprint.ServicePrincipal)], a.Recorded[j.service.Product().Name])
	switch {
	case sp == nil:
		return fmt.Sprintf("There is no service principal with App Id %s.", a.AppID), nil
	case !sp.Enabled:
		return fmt.Sprintf("The service principal %s (App Id %s) is disabled.", sp.Name, a.AppID), nil
	case recorded != "" && !strings.EqualFold(recorded, sp.ID):
		return fmt.Sprintf("The service principal of App Id %s is %s, recorded was %s.", a.AppID, sp.ID, recorded), nil
	}
	return "", nil
}

func (j *job) invalidUser(ctx context.Context) (string, error) {
	upn := j.account.UPN
	user, err := j.tenant.Directory.User(ctx, upn)
	if gone(err) {
		return "There is no user " + upn + ".", nil
	}
	if err != nil {
		return "", err
	}
	var state struct {
		Enabled *bool `json:"accountEnabled"`
	}
	if err := json.Unmarshal(user.Raw, &state); err != nil {
		return "", unreadable("GET /users/{id}", err)
	}
	if state.Enabled == nil {
		return "", unreadable("GET /users/{id}", errors.New("a user without accountEnabled"))
	}
	recorded := cmp.Or(j.account.Recorded["user"], j.account.Recorded[upn])
	switch {
	case !*state.Enabled:
		return "The user " + upn + " is disabled.", nil
	case recorded != "" && !strings.EqualFold(recorded, user.ID):
		return fmt.Sprintf("The user %s has the id %s, recorded was %s.", upn, user.ID, recorded), nil
	}
	return "", nil
}
