package step

import (
	"context"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// teamWalk looks for installed apps in every team.
var teamWalk = walk{
	name: "teams", size: 5 * m365.MostTargets, few: m365.MostTargets,
	serves: func(j *job) bool { return j.seeksApps(deprovision.Teams) },
	places: func(ctx context.Context, j *job) ([]place, error) { return placesOf(j.tenant.Apps.Teams(ctx)) },
	visit: func(ctx context.Context, j *job, chunk []place) ([]visit, error) {
		visits := make([]visit, len(chunk))
		return visits, j.installed(ctx, m365.InTeam, ids(chunk), visits, nil)
	},
}

// chatWalk looks for installed apps with every user, and in every chat of theirs.
var chatWalk = walk{
	name: "users", size: m365.MostTargets, few: 1,
	serves: func(j *job) bool { return j.seeksApps(deprovision.TeamsChat) },
	places: func(ctx context.Context, j *job) ([]place, error) { return placesOf(j.tenant.Mail.Mailboxes(ctx)) },
	visit:  visitChats,
}

// seeksApps reports whether there is an app to look for: only the record names one.
func (j *job) seeksApps(service deprovision.Service) bool {
	return j.service.ID() == service && j.removes(footprint.InstalledApp) && len(j.account.Names[string(footprint.InstalledApp)]) > 0
}

func ids(chunk []place) []string {
	out := make([]string, len(chunk))
	for i, p := range chunk {
		out[i] = p.id
	}
	return out
}

// installed reads what is installed in places, and adds it to the visits; owner tells whose visit a place belongs to, nil that it is its own.
func (j *job) installed(ctx context.Context, scope string, places []string, visits []visit, owner []int) error {
	return inBatches(len(places), func(from, to int) error {
		answers, err := j.tenant.Apps.Installed(ctx, scope, places[from:to])
		if err != nil {
			return err
		}
		for i, a := range answers {
			at := from + i
			if owner != nil { // there may be more places than visits
				at = owner[at]
			}
			visits[at].take(scope, places[from+i], a)
		}
		return nil
	})
}

// take adds an answer to a visit.
func (v *visit) take(scope, place string, a m365.Answer) {
	if a.Err != nil {
		if deprovision.ClassOf(a.Err) != deprovision.Gone { // the place is gone, with what was installed
			v.fail(a.Err)
		}
		return
	}
	for _, o := range a.Objects {
		objects, err := placed(footprint.InstalledApp, "GET installedApps", o, map[string]any{"inScope": scope, "inPlace": place})
		if err != nil {
			v.fail(err)
			return
		}
		v.objects = append(v.objects, objects...)
	}
}

// fail keeps why a place could not be read. Where it is to be read again, nothing else counts.
func (v *visit) fail(err error) {
	if class := deprovision.ClassOf(v.err); v.err == nil || class == deprovision.Forbidden || class == deprovision.Malformed {
		v.err = err
	}
}

func visitChats(ctx context.Context, j *job, chunk []place) ([]visit, error) {
	visits := make([]visit, len(chunk))
	users := ids(chunk)
	if err := j.installed(ctx, m365.InUser, users, visits, nil); err != nil {
		return nil, err
	}
	answers, err := j.tenant.Apps.Chats(ctx, users)
	if err != nil {
		return nil, err
	}
	var chats []string
	var owner []int
	for i, a := range answers {
		if a.Err != nil && deprovision.ClassOf(a.Err) != deprovision.Gone {
			visits[i].fail(a.Err)
		}
		for _, chat := range a.Objects {
			if !slices.Contains(chats, chat.ID) { // several of the users are in it
				chats, owner = append(chats, chat.ID), append(owner, i)
			}
		}
	}
	return visits, j.installed(ctx, m365.InChat, chats, visits, owner)
}
