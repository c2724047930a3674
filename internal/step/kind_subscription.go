package step

import (
	"cmp"
	"context"
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

// own reaches the tenant as the account's own app; ok is false where nobody here has its credential.
func (j *job) own(ctx context.Context) (t m365.Tenant, ok bool, err error) {
	ref := j.account.AppCredential
	if ref == "" {
		return t, false, nil
	}
	if t, err = j.deps.Tenants(ctx, j.state.Request.Tenant, ref); err != nil {
		return t, false, fmt.Errorf("the credential of the account's own app: %w", err)
	}
	if !strings.EqualFold(t.ActingApp, j.account.AppID) {
		return t, false, failure(j.name, fmt.Errorf("the credential %s signs in as the app %s, and the account's is %s", ref, t.ActingApp, j.account.AppID))
	}
	return t, true, nil
}

// subscription is a subscription to changes. Only the app that made it sees it, and can end it.
// https://learn.microsoft.com/graph/api/subscription-list
type subscription struct{}

func (k subscription) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return k.those(ctx, j, func(string) bool { return true })
}

// those are the subscriptions with the ids that are looked for. One removal in hundreds looks for one in hundreds: the others are not taken apart.
func (subscription) those(ctx context.Context, j *job, wanted func(id string) bool) ([]footprint.Object, error) {
	if j.blind {
		return nil, nil
	}
	own, ok, err := j.own(ctx)
	if !ok || err != nil {
		return nil, err
	}
	found, err := own.Identities.Subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	var out []footprint.Object
	for _, o := range found {
		if !wanted(o.ID) {
			continue
		}
		objects, err := placed(footprint.Subscription, "GET /subscriptions", o, map[string]any{"clientState": nil, "encryptionCertificate": nil,
			"expirationDateTime": nil}) // secrets, and what the app renews all the time
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	return out, nil
}

func (k subscription) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	return k.readAll(ctx, j, []deprovision.Artifact{a})[0]
}

// readAll needs the app's own eyes: that nobody can look is no absence. One listing shows them all.
func (k subscription) readAll(ctx context.Context, j *job, list []deprovision.Artifact) []reading {
	if j.account.AppCredential == "" {
		return slices.Repeat([]reading{{err: j.unrecorded()}}, len(list))
	}
	ids := map[string]bool{}
	for _, a := range list {
		ids[strings.ToLower(a.ID)] = true
	}
	objects, err := k.those(ctx, j, func(id string) bool { return ids[strings.ToLower(id)] })
	if err != nil {
		return slices.Repeat([]reading{{err: err}}, len(list))
	}
	out := make([]reading, len(list))
	for i, a := range list {
		out[i] = among(objects, a)
	}
	return out
}

func (subscription) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	own, ok, err := j.own(ctx)
	if err != nil {
		return m365.Receipt{}, err
	}
	if !ok {
		return m365.Receipt{}, j.unrecorded()
	}
	return own.Identities.DeleteSubscription(ctx, a.ID)
}

// seenGone is the fact when the subscriptions were read as absent twice, by the eyes of their own app.
const seenGone = "subscriptions-seen-gone"

// rereads reports whether what a step removes is read again in that very step: subscriptions, which nobody can see any more once their app is gone.
func rereads(list []deprovision.Artifact) bool {
	return slices.ContainsFunc(list, func(a deprovision.Artifact) bool { return a.Kind == footprint.Subscription })
}

// reread reads what the step removed twice, with a pause in between, while somebody still can.
func (j *job) reread(ctx context.Context, list []deprovision.Artifact) (engine.Result, error) {
	s := j.patience()
	if s.Absent != nil && j.now().Before(s.Absent.Add(pause)) { // woken early
		until := s.Absent.Add(pause)
		return engine.Result{Park: &until, Detail: "reading again"}, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	still, absent, err := j.lookThrough(ctx, list)
	if err != nil {
		return engine.Result{}, err
	}
	switch {
	case len(still) > 0:
		return j.wait(s, still, "still-there", "Their app goes soon, and nobody could see them any more."), nil
	case s.Absent == nil:
		now := j.now().UTC()
		s.Absent, s.Still = &now, nil
		until := now.Add(pause)
		return engine.Result{Apply: j.keep(s), Rereads: absent, Park: &until, Detail: "everything is gone at the first read; reading again"}, nil
	}
	return engine.Result{Apply: note(seenGone, j.now().UTC().Format(time.RFC3339)), Rereads: absent}, nil
}

// lookThrough looks at all, a stretch at a time, and returns what is still there and should not be, and the rereads of the last stretch: those of
// the others are in the journal. Where anything is there, the look proves nothing from there on.
func (j *job) lookThrough(ctx context.Context, list []deprovision.Artifact) (still []deprovision.Artifact, absent []deprovision.Reread, err error) {
	for len(list) > 0 {
		part := stretchOf(list)
		list = list[len(part):]
		seen, err := j.look(ctx, part)
		if err != nil {
			return nil, nil, err
		}
		still = append(still, slices.DeleteFunc(seen.there, j.isLeft)...)
		if absent = seen.absent; len(still) > 0 {
			absent = nil
		}
		if len(list) > 0 && len(absent) > 0 {
			if err := j.work.AdvanceBy(ctx, engine.Way{Rereads: absent}, nil); err != nil {
				return nil, nil, err
			}
		}
	}
	return still, absent, nil
}

// eyes finds out whether anybody can still see the planned subscriptions. The app that made them can sign in no more once it was removed, and then
// they are left: what cannot be read back is no success.
func (j *job) eyes(ctx context.Context, plan deprovision.Plan) error {
	if !slices.ContainsFunc(plan.Artifacts, func(a deprovision.Artifact) bool { return a.Kind == footprint.Subscription }) {
		return j.blindWithoutApp(ctx)
	}
	j.proof = j.state.Facts[seenGone] != ""
	if j.blind = j.account.AppCredential == ""; j.blind {
		return nil
	}
	_, err := subscription{}.list(ctx, j)
	if f, ok := failureIn(err); !ok || f.Class != deprovision.Forbidden && (f.API != "login" || f.Class != deprovision.Malformed) {
		return err
	}
	app, unread := j.principal(ctx)
	if unread != nil || app != nil { // it is there: somebody has to see to its credential
		return cmp.Or(unread, err)
	}
	j.blind = true
	return nil
}

func (j *job) unrecorded() error {
	return failure(j.name, errors.New("the record no longer names a credential of the account's own app"))
}

// lapsing is what is left of subscriptions that nobody here can see: they end by themselves.
func (j *job) lapsing() []deprovision.Remainder {
	if j.service.Lapse == 0 || j.account.AppCredential != "" || j.account.AppID == "" {
		return nil
	}
	by := j.now().Add(time.Duration(j.service.Lapse)).UTC().Format(time.RFC3339)
	return []deprovision.Remainder{{Name: "subscriptions of the app " + j.account.AppID,
		Instructions: "Only the app itself can end them, and the account's record names no credential of it. They lapse by " + by +
			", when nobody renews them: once the app has no consent any more, nobody can."}}
}
