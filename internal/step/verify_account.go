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
	f, err := j.invalid(ctx)
	if deprovision.ClassOf(err) == deprovision.Forbidden && err != nil {
		return j.missingRights([]string{err.Error()}), nil
	}
	if err != nil {
		return engine.Result{}, err
	}
	inherited, err := j.inherit(ctx)
	inherited = all(note(engine.WorkedOn, engine.Identity(j.account)), inherited)
	if err != nil || f.why == "" {
		return engine.Result{Apply: inherited}, err
	}
	if by, err := j.tookAway(ctx, f); by != "" || err != nil {
		return engine.Result{Apply: all(inherited, note(VerifyAccount, f.why+removedBefore+by))}, err
	}
	if j.answered(deprovision.Continue) {
		return engine.Result{Apply: all(inherited, note(VerifyAccount, f.why+"; "+j.state.Answer.DecidedBy+" let it go on"))}, nil
	}
	r := j.stop(deprovision.StopInvalidAccount, f.why, deprovision.Continue, deprovision.Cancel, deprovision.Force)
	r.Apply = inherited
	return r, nil
}

// flaw is in what an account is not as it should be, and the kinds of artifacts whose removal would explain it.
type flaw struct {
	why string
	by  []deprovision.ArtifactKind
}

// invalid tells in what the account is not as it should be.
func (j *job) invalid(ctx context.Context) (flaw, error) {
	a, wanted := j.account, j.state.Request.AppID
	switch {
	case a.ID == "":
		return flaw{why: "There is no record of the service account " + j.state.Request.Account + "."}, nil
	case wanted != "" && !strings.EqualFold(wanted, a.AppID):
		return flaw{why: fmt.Sprintf("The request names App Id %s, the record %s.", wanted, a.AppID)}, nil
	case a.Kind == deprovision.Delegate:
		return j.invalidUser(ctx)
	}
	sp, err := j.principal(ctx)
	if err != nil {
		return flaw{}, err
	}
	recorded := cmp.Or(a.Recorded[string(footprint.ServicePrincipal)], a.Recorded[j.service.Product().Name])
	switch {
	case sp == nil:
		return flaw{fmt.Sprintf("There is no service principal with App Id %s.", a.AppID),
			[]deprovision.ArtifactKind{footprint.ServicePrincipal, footprint.AppRegistration}}, nil
	case !sp.Enabled:
		return flaw{why: fmt.Sprintf("The service principal %s (App Id %s) is disabled.", sp.Name, a.AppID)}, nil
	case recorded != "" && !strings.EqualFold(recorded, sp.ID):
		return flaw{why: fmt.Sprintf("The service principal of App Id %s is %s, recorded was %s.", a.AppID, sp.ID, recorded)}, nil
	}
	return flaw{}, nil
}

func (j *job) invalidUser(ctx context.Context) (flaw, error) {
	upn := j.account.UPN
	user, err := j.tenant.Directory.User(ctx, upn)
	if gone(err) {
		return flaw{"There is no user " + upn + ".", []deprovision.ArtifactKind{footprint.DelegateUser}}, nil
	}
	if err != nil {
		return flaw{}, err
	}
	var state struct {
		Enabled *bool `json:"accountEnabled"`
	}
	if err := json.Unmarshal(user.Raw, &state); err != nil {
		return flaw{}, unreadable("GET /users/{id}", err)
	}
	if state.Enabled == nil {
		return flaw{}, unreadable("GET /users/{id}", errors.New("a user without accountEnabled"))
	}
	recorded := cmp.Or(j.account.Recorded["user"], j.account.Recorded[upn])
	switch {
	case !*state.Enabled:
		return flaw{"The user " + upn + " is disabled.", []deprovision.ArtifactKind{footprint.UserSignIn}}, nil
	case recorded != "" && !strings.EqualFold(recorded, user.ID):
		return flaw{why: fmt.Sprintf("The user %s has the id %s, recorded was %s.", upn, user.ID, recorded)}, nil
	}
	return flaw{}, nil
}
