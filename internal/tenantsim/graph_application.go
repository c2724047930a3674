package tenantsim

import "strings"

func (r *request) listApplications() reply { return r.many("applications", KindApplication, nil) }

func (r *request) getApplication() reply {
	o, bad := r.lookup(KindApplication)
	if bad != nil {
		return *bad
	}
	return r.one("applications", o)
}

// deleteApplication removes an app registration, and with it the service
// principal in its home tenant; see https://learn.microsoft.com/graph/api/application-delete
// Each gets its own place in deletedItems: a restore brings back one of them.
func (r *request) deleteApplication() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.current(KindApplication)
	if bad != nil {
		return *bad
	}
	if !r.owned(o) {
		return r.forbidden()
	}
	r.tenant.softDelete(o, nil, r.now)
	var with []*object
	if sp, ok := r.tenant.principalByApp(o.str("appId")); ok && strings.EqualFold(sp.str("appOwnerOrganizationId"), r.tenant.id) {
		with = append(r.tenant.dependants(sp.id), sp)
		r.tenant.softDelete(sp, with[:len(with)-1], r.now)
	}
	r.removed(o, with...)
	return noContent()
}
