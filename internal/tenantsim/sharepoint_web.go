package tenantsim

import (
	"net/http"
	"strings"
	"time"
)

func (r *request) getSiteCollection() reply { return r.spRead(KindSiteCollection, r.sp.on.site.id) }
func (r *request) getWeb() reply            { return r.spRead(KindWeb, r.sp.on.id) }

func (r *request) spRead(k Kind, id string) reply {
	o, ok := r.tenant.of(k).read(id, r.now)
	if !ok {
		return r.spGone()
	}
	return r.spOne(o)
}

// spGone is what is said of an id that nothing has.
func (r *request) spGone() reply {
	return r.spError(http.StatusNotFound, spNotFound, "Item does not exist. It may have been deleted by another user.")
}

func (r *request) listWebs() reply {
	return r.spMany(KindWeb, r.tenant.listBelow(r.sp.on.id, KindWeb, r.now))
}

func (r *request) listLists() reply {
	return r.spMany(KindList, r.tenant.listBelow(r.sp.on.id, KindList, r.now))
}

// byTitle reports whether the path names the list by its title.
func (r *request) byTitle() bool { return strings.HasPrefix(r.sp.shape, "web/lists(title)") }

// noList is what is said of a list that is not on the web.
func (r *request) noList() reply {
	if r.method == http.MethodDelete || strings.HasSuffix(r.sp.shape, "/recycle") {
		r.absent()
	}
	if r.byTitle() {
		return r.spError(http.StatusNotFound, "-1, System.ArgumentException", "List '"+r.sp.key(0)+"' does not exist at site with URL '"+r.sp.on.url+"'.")
	}
	return r.spError(http.StatusNotFound, spArgument, "List does not exist. The page you selected contains a list that does not exist. It may have been deleted by another user.")
}

// spList finds the list of the path: as a replica shows it, or in truth.
func (r *request) spList(truth bool) (*object, bool) {
	lists, t := r.tenant.of(KindList), r.tenant
	if r.byTitle() {
		for _, o := range t.allBelow(r.sp.on.id, KindList) {
			if strings.EqualFold(o.name, r.sp.key(0)) {
				return o, true
			}
		}
		return nil, false
	}
	id := r.sp.id(0)
	if !t.sp.has(r.sp.on.id, KindList, id) {
		return nil, false
	}
	if truth {
		return lists.get(id)
	}
	return lists.read(id, r.now)
}

func (r *request) getList() reply {
	o, ok := r.spList(false)
	if !ok {
		return r.noList()
	}
	return r.spOne(o)
}

// deleteList removes a list for good.
func (r *request) deleteList() reply {
	if p := r.anyVersion(); p != nil {
		return *p
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, p := r.deletable()
	if p != nil {
		return *p
	}
	r.takeList(o)
	return reply{status: http.StatusOK}
}

// recycleList moves a list to the recycle bin and answers with the item's id.
func (r *request) recycleList() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, p := r.deletable()
	if p != nil {
		return *p
	}
	r.takeList(o)
	return r.spJSON("Edm.Guid", map[string]any{"value": r.tenant.sp.recycle(r.sp.on.site.id, o, r.now)})
}

// deletable finds a list that may be taken away; the caller holds write. The
// text of the refusal is the user interface's, its code is not published.
func (r *request) deletable() (*object, *reply) {
	o, ok := r.spList(true)
	if !ok {
		p := r.noList()
		return nil, &p
	}
	r.about(o)
	if !o.bool("AllowDeletion") {
		p := r.spError(http.StatusBadRequest, spGeneral, "This list cannot be deleted.")
		return nil, &p
	}
	return o, nil
}

// takeList removes a list with its receivers and webhooks.
func (r *request) takeList(o *object) {
	with := append(r.tenant.allBelow(o.id, KindEventReceiver), r.tenant.allBelow(o.id, KindWebhook)...)
	r.tenant.drop(o, r.now)
	for _, w := range with {
		r.tenant.drop(w, r.now)
	}
	r.removed(o, with...)
}

// anyVersion refuses a change without If-Match, or of a version.
func (r *request) anyVersion() *reply {
	switch r.header.Get("If-Match") {
	case "*":
		return nil
	case "":
		p := r.spError(http.StatusBadRequest, spETag, "The HTTP header IF-MATCH is missing.")
		return &p
	}
	p := r.spError(http.StatusPreconditionFailed, spETag, "The request ETag value '"+r.header.Get("If-Match")+"' does not match the object's ETag value.")
	return &p
}

// binTimeOfSites is how long a site's recycle bin keeps an item, see
// https://learn.microsoft.com/sharepoint/restore-deleted-site-collection
const binTimeOfSites = 93 * 24 * time.Hour

func (r *request) listRecycled() reply {
	rows := []map[string]any{}
	for _, b := range r.tenant.sp.recycled(r.sp.on.site.id) {
		if r.now.Sub(b.at) < binTimeOfSites {
			rows = append(rows, map[string]any{"Id": b.id, "Title": b.list.name, "ItemType": 3, "DeletedDate": wireTime(b.at)})
		}
	}
	return r.spJSON("SP.ApiData.RecycleBinItems", map[string]any{"value": rows})
}
