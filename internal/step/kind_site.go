package step

import (
	"context"
	"encoding/json"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// siteKind is a kind of object that lies on a site. SharePoint has no call about several, so each is a call of its own, some at a time.
type siteKind struct {
	name   deprovision.ArtifactKind
	one    func(ctx context.Context, j *job, w where) ([]m365.Object, map[string]any, error) // all that may be the artifact, and what its raw form adds
	remote func(ctx context.Context, j *job, a deprovision.Artifact, w where) (m365.Receipt, error)
}

func (k siteKind) read(ctx context.Context, j *job, list []deprovision.Artifact) ([]reading, error) {
	out := make([]reading, len(list))
	atTheSameTime(len(list), func(i int) { out[i] = k.readOne(ctx, j, list[i]) })
	return out, nil
}

func (k siteKind) readOne(ctx context.Context, j *job, a deprovision.Artifact) reading {
	w, err := whereIs(a)
	if err != nil {
		return reading{err: err}
	}
	found, more, err := k.one(ctx, j, w)
	if err != nil { // it may be gone with the web or the list that it was on
		return unread(err)
	}
	for _, o := range found {
		objects, err := placed(k.name, string(k.name), o, more)
		if err != nil {
			return reading{err: err}
		}
		if o, there := byID(objects, a.ID); there {
			return reading{object: o, there: true}
		}
	}
	return reading{}
}

func (k siteKind) remove(ctx context.Context, j *job, list []deprovision.Artifact) ([]m365.Answer, error) {
	out := make([]m365.Answer, len(list))
	atTheSameTime(len(list), func(i int) {
		w, err := whereIs(list[i])
		if err != nil {
			out[i].Err = err
			return
		}
		out[i].Receipt, out[i].Err = k.remote(ctx, j, list[i], w)
	})
	return out, nil
}

// place adds where an object lies to what its raw form says.
func (w where) place(more map[string]any) map[string]any {
	more["inWeb"] = w.InWeb
	return more
}

func readReceiver(ctx context.Context, j *job, w where) ([]m365.Object, map[string]any, error) {
	found, err := j.tenant.SharePoint.Receivers(ctx, w.InWeb, w.InScope)
	return found, w.place(map[string]any{"inScope": w.InScope, "inTitle": w.InTitle}), err
}

func removeReceiver(ctx context.Context, j *job, a deprovision.Artifact, w where) (m365.Receipt, error) {
	return j.tenant.SharePoint.DeleteReceiver(ctx, j.target(a, w.InWeb, w.InScope, w.ReceiverID))
}

func readWebhook(ctx context.Context, j *job, w where) ([]m365.Object, map[string]any, error) {
	found, err := j.tenant.SharePoint.Webhooks(ctx, w.InWeb, w.InList)
	return found, w.place(map[string]any{"inList": w.InList, "inTitle": w.InTitle, "clientState": nil}), err
}

// removeWebhook deletes a webhook as the app that made it, where its credential is known: SharePoint lets nobody else.
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/delete-subscription
func removeWebhook(ctx context.Context, j *job, a deprovision.Artifact, w where) (m365.Receipt, error) {
	t, ok, err := j.own(ctx)
	switch {
	case err != nil:
		return m365.Receipt{}, err
	case !ok || t.SharePoint == nil:
		t = j.tenant
	}
	return t.SharePoint.DeleteWebhook(ctx, j.target(a, w.InWeb, w.InList, w.ID))
}

func readAdmin(ctx context.Context, j *job, w where) ([]m365.Object, map[string]any, error) {
	found, err := j.tenant.SharePoint.Admins(ctx, w.InWeb)
	return found, w.place(map[string]any{"Id": nil}), err // a number, good on its site alone
}

func removeAdmin(ctx context.Context, j *job, a deprovision.Artifact, w where) (m365.Receipt, error) {
	return j.tenant.SharePoint.RemoveAdmin(ctx, j.target(a, w.InWeb, "", w.LoginName))
}

func readLibrary(ctx context.Context, j *job, w where) ([]m365.Object, map[string]any, error) {
	list, err := j.tenant.SharePoint.List(ctx, w.InWeb, w.ID)
	if err != nil {
		return nil, nil, err
	}
	return []m365.Object{list}, w.place(map[string]any{}), nil
}

func removeLibrary(ctx context.Context, j *job, a deprovision.Artifact, w where) (m365.Receipt, error) {
	return j.tenant.SharePoint.RemoveList(ctx, j.target(a, w.InWeb, "", w.ID), j.state.Request.Options.Purge)
}

// selfish are the kinds that only the app that made them can delete.
var selfish = map[deprovision.ArtifactKind]string{footprint.ListWebhook: "only the app that made it can delete it; it lapses by "}

// lapses tells when a webhook that nobody may delete ends by itself; "" where it does not say.
func lapses(a deprovision.Artifact) string {
	var of struct{ ExpirationDateTime string }
	if json.Unmarshal(a.Before, &of) != nil {
		return ""
	}
	return of.ExpirationDateTime
}
