package step

import (
	"context"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// installedApp is an app that is installed in a team, a chat, or for a user. The artifacts of a batch may lie in all three.
type installedApp struct{}

var scopes = []string{m365.InTeam, m365.InChat, m365.InUser}

func (installedApp) read(ctx context.Context, j *job, list []deprovision.Artifact) ([]reading, error) {
	out := make([]reading, len(list))
	for _, scope := range scopes {
		var places []string
		var of []int
		for i, a := range list {
			w, err := whereIs(a)
			if err != nil {
				return nil, err
			}
			switch {
			case w.InScope == scope:
				places, of = append(places, w.InPlace), append(of, i)
			case !slices.Contains(scopes, w.InScope): // nobody would read it
				return nil, unplanned(a, "where it is installed")
			}
		}
		if len(places) == 0 {
			continue
		}
		answers, err := j.tenant.Apps.Installed(ctx, scope, places)
		if err != nil {
			return nil, err
		}
		for n, answer := range answers {
			out[of[n]] = installedIn(scope, places[n], list[of[n]], answer)
		}
	}
	return out, nil
}

func installedIn(scope, place string, a deprovision.Artifact, answer m365.Answer) reading {
	v := visit{}
	v.take(scope, place, answer)
	r := among(v.objects, a)
	if r.err = v.err; gone(answer.Err) && v.err == nil {
		r.refusal = answer.Err
	}
	return r
}

func (installedApp) remove(ctx context.Context, j *job, list []deprovision.Artifact) ([]m365.Answer, error) {
	out := make([]m365.Answer, len(list))
	atTheSameTime(len(list), func(i int) {
		w, err := whereIs(list[i])
		if err != nil {
			out[i].Err = err
			return
		}
		out[i].Receipt, out[i].Err = j.tenant.Apps.Uninstall(ctx, w.InScope, j.target(list[i], w.InPlace, "", w.ID))
	})
	return out, nil
}

// appRegistration is the registration of the account's own app, whose home this tenant is.
type appRegistration struct{}

func (appRegistration) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	if j.account.AppID == "" {
		return nil, nil
	}
	return registered(ctx, j, j.account.AppID)
}

// registered lists the registration with an App Id.
func registered(ctx context.Context, j *job, appID string) ([]footprint.Object, error) {
	o, err := j.tenant.Identities.ApplicationByAppID(ctx, appID)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return placed(footprint.AppRegistration, "GET /applications", o, keys)
}

// read asks for the App Id of the plan: the account's record may name another one by now.
func (appRegistration) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	var before struct{ AppID string }
	if err := decode(a, &before); err != nil || before.AppID == "" {
		return reading{err: unplanned(a, "appId")}
	}
	o, err := j.tenant.Identities.ApplicationByAppID(ctx, before.AppID)
	if err != nil {
		return unread(err)
	}
	objects, err := placed(footprint.AppRegistration, "GET /applications", o, keys)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a)
}

func (appRegistration) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Identities.DeleteApplication(ctx, a.ID)
}
