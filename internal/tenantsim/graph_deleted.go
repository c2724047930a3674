package tenantsim

import (
	"net/http"
	"slices"
	"strings"
)

// binTypes are the types that deletedItems lists, with or without the
// microsoft. in front; see https://learn.microsoft.com/graph/api/directory-deleteditems-list
var binTypes = map[string]Kind{
	"graph.application": KindApplication, "graph.servicePrincipal": KindServicePrincipal,
	"graph.group": KindGroup, "graph.user": KindUser,
}

// Permissions by type of the item, from the same pages.
var (
	binRead = map[Kind][]string{KindApplication: readApps, KindServicePrincipal: readApps, KindGroup: readGroups, KindUser: readUsers}
	// https://learn.microsoft.com/graph/api/directory-deleteditems-restore
	binRestore = map[Kind][]string{KindApplication: writeApps, KindServicePrincipal: writeApps, KindGroup: writeGroups, KindUser: deleteUsers}
	// https://learn.microsoft.com/graph/api/directory-deleteditems-delete: groups not at all without a user
	binPurge = map[Kind][]string{KindApplication: writeApps, KindServicePrincipal: writeApps, KindUser: {"User.DeleteRestore.All"}}
)

// deletedItems lists a type, or reads one item.
func (r *request) deletedItems() reply {
	id := r.params["id"]
	if k, ok := binTypes[strings.TrimPrefix(id, "microsoft.")]; ok {
		if !slices.ContainsFunc(binRead[k], r.may) {
			return r.forbidden()
		}
		filter, bad := r.filter(k)
		if bad != nil {
			return *bad
		}
		items := r.tenant.bin.list(k, r.now)
		if filter != nil {
			items = slices.DeleteFunc(items, func(o *object) bool { return !filter(o.props) })
		}
		slices.SortStableFunc(items, func(a, b *object) int { return int(a.ord - b.ord) })
		return r.page("directory/deletedItems", k, items)
	}
	d, bad := r.binItem(binRead)
	if bad != nil {
		return *bad
	}
	v := view(d.object, nil)
	v["@odata.type"] = "#microsoft.graph." + string(d.kind)
	return jsonReply(http.StatusOK, v)
}

func (r *request) binItem(perms map[Kind][]string) (*deletedItem, *reply) {
	d, ok := r.tenant.bin.get(r.params["id"], r.now)
	if !ok {
		p := r.notFound(r.params["id"])
		return nil, &p
	}
	r.about(d.object)
	if !slices.ContainsFunc(perms[d.kind], r.may) {
		p := r.forbidden()
		return nil, &p
	}
	return d, nil
}

func (r *request) restoreDeleted() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	d, bad := r.binItem(binRestore)
	if bad != nil {
		return *bad
	}
	r.tenant.bin.take(d)
	o := r.tenant.restore(d, r.now)
	r.call.Effect = EffectChanged
	v := view(o, nil)
	v["@odata.type"] = "#microsoft.graph." + string(o.kind)
	return jsonReply(http.StatusOK, v)
}

func (r *request) purgeDeleted() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	d, bad := r.binItem(binPurge)
	if bad != nil {
		if bad.status == http.StatusNotFound {
			r.absent()
		}
		return *bad
	}
	r.tenant.bin.take(d)
	r.removed(d.object)
	return noContent()
}
