package step

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// installedApp is an app that is installed in a team, a chat, or for a user. The artifacts of a batch may lie in all three.
type installedApp struct{}

func (installedApp) read(ctx context.Context, j *job, list []deprovision.Artifact) ([]reading, error) {
	out := make([]reading, len(list))
	for _, scope := range []string{m365.InTeam, m365.InChat, m365.InUser} {
		var places []string
		var of []int
		for i, a := range list {
			w, err := whereIs(a)
			if err != nil {
				return nil, err
			}
			if w.InScope == scope {
				places, of = append(places, w.InPlace), append(of, i)
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
	o, there := byID(v.objects, a.ID)
	return reading{o, there, v.err}
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
	o, err := j.tenant.Identities.ApplicationByAppID(ctx, j.account.AppID)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parse(footprint.AppRegistration, "GET /applications", o.Raw)
}

func (k appRegistration) read(ctx context.Context, j *job, a deprovision.Artifact) (footprint.Object, bool, error) {
	objects, err := k.list(ctx, j)
	o, ok := byID(objects, a.ID)
	return o, ok, err
}

func (appRegistration) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Identities.DeleteApplication(ctx, a.ID)
}
