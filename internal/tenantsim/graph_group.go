package tenantsim

import (
	"net/http"
	"slices"
)

func (r *request) listGroups() reply { return r.many("groups", KindGroup, nil) }

func (r *request) getGroup() reply {
	o, bad := r.lookup(KindGroup)
	if bad != nil {
		return *bad
	}
	return r.one("groups", o)
}

func (r *request) listGroupMembers() reply {
	g, bad := r.lookup(KindGroup)
	if bad != nil {
		return *bad
	}
	values := []map[string]any{}
	for _, id := range g.strings(membersKey) {
		for _, k := range []Kind{KindUser, KindGroup, KindServicePrincipal} {
			if o, ok := r.tenant.of(k).read(id, r.now); ok {
				v := view(o, nil)
				v["@odata.type"] = "#microsoft.graph." + string(k)
				values = append(values, v)
			}
		}
	}
	return jsonReply(http.StatusOK, map[string]any{"@odata.context": r.base + "/v1.0/$metadata#directoryObjects", "value": values})
}

// deleteGroup removes a group. Microsoft 365 groups go to deletedItems,
// security groups are gone at once, and mail-enabled ones belong to Exchange;
// see https://learn.microsoft.com/graph/api/group-delete
func (r *request) deleteGroup() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.current(KindGroup)
	if bad != nil {
		return *bad
	}
	switch {
	case isUnified(o):
		r.tenant.softDelete(o, nil, r.now)
	case o.bool("mailEnabled"):
		return r.badRequest("Cannot Delete a mail-enabled security groups and or distribution list.")
	default:
		r.tenant.drop(o, r.now)
	}
	r.removed(o)
	return noContent()
}

func isUnified(o *object) bool { return slices.Contains(o.strings("groupTypes"), "Unified") }
