package tenantsim

import (
	"net/http"
	"strings"
)

// receiverScope finds whose receivers the path is about: the site's, the web's
// or a list's. It returns their parent and which key names the receiver.
func (r *request) receiverScope() (parent string, key int, refusal *reply) {
	switch {
	case strings.HasPrefix(r.sp.shape, "site/"):
		return r.sp.on.site.id, 0, nil
	case strings.HasPrefix(r.sp.shape, "web/eventreceivers"):
		return r.sp.on.id, 0, nil
	}
	list, ok := r.spList(false)
	if !ok {
		p := r.noList()
		return "", 0, &p
	}
	return list.id, 1, nil
}

func (r *request) listReceivers() reply {
	parent, _, bad := r.receiverScope()
	if bad != nil {
		return *bad
	}
	return r.spMany(KindEventReceiver, r.tenant.listBelow(parent, KindEventReceiver, r.now))
}

func (r *request) getReceiver() reply {
	parent, key, bad := r.receiverScope()
	if bad != nil {
		return *bad
	}
	id := r.sp.id(key)
	if !r.tenant.sp.has(parent, KindEventReceiver, id) {
		return r.spGone()
	}
	return r.spRead(KindEventReceiver, id)
}

// deleteReceiver removes one receiver. What the service answers for one that is
// gone is not published; 404 stands in.
func (r *request) deleteReceiver() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	parent, key, bad := r.receiverScope()
	if bad != nil {
		return *bad
	}
	o, ok := r.tenant.of(KindEventReceiver).get(r.sp.id(key))
	if !ok || !r.tenant.sp.has(parent, KindEventReceiver, o.id) {
		r.absent()
		return r.spGone()
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return r.spJSON("Edm.Null", map[string]any{"odata.null": true})
}

// webhookList finds the list whose webhooks the path is about.
func (r *request) webhookList() (*object, *reply) {
	list, ok := r.spList(false)
	if !ok {
		p := r.noList()
		return nil, &p
	}
	return list, nil
}

// made reports whether the caller made a webhook.
func (r *request) made(o *object) bool { return o.str(creatorKey) == fold(r.claims.AppID) }

// listWebhooks shows all to full control and their own to others, see
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/get-subscription
func (r *request) listWebhooks() reply {
	list, bad := r.webhookList()
	if bad != nil {
		return *bad
	}
	var shown []*object
	for _, o := range r.tenant.listBelow(list.id, KindWebhook, r.now) {
		if r.may("Sites.FullControl.All") || r.made(o) {
			shown = append(shown, o)
		}
	}
	return r.spMany(KindWebhook, shown)
}

func (r *request) getWebhook() reply {
	list, bad := r.webhookList()
	if bad != nil {
		return *bad
	}
	id := r.sp.id(1)
	o, ok := r.tenant.of(KindWebhook).read(id, r.now)
	if !ok || !r.tenant.sp.has(list.id, KindWebhook, id) {
		return r.spGone()
	}
	if !r.made(o) {
		r.about(o)
		return r.forbidden()
	}
	return r.spOne(o)
}

// deleteWebhook lets only the app that made a webhook delete it, see
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/delete-subscription
func (r *request) deleteWebhook() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	list, bad := r.webhookList()
	if bad != nil {
		return *bad
	}
	id := r.sp.id(1)
	o, ok := r.tenant.of(KindWebhook).get(id)
	if !ok || !r.tenant.sp.has(list.id, KindWebhook, id) {
		r.absent()
		return r.spGone()
	}
	r.about(o)
	if !r.made(o) {
		return r.forbidden()
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return reply{status: http.StatusNoContent}
}
