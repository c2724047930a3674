package tenantsim

import "strings"

// list of the app roles granted to a principal, see
// https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments
func (r *request) listAppRoles() reply { return r.listOf("appRoleAssignments", "principalId") }

// list of who holds a role on this app, see
// https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto
func (r *request) listAppRoleHolders() reply { return r.listOf("appRoleAssignedTo", "resourceId") }

func (r *request) listOf(set, side string) reply {
	sp, bad := r.lookup(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	return r.many(set, KindAppRoleAssignment, func(o *object) bool { return o.str(side) == sp.id })
}

func (r *request) getAppRole() reply       { return r.readAppRole("principalId") }
func (r *request) getAppRoleHolder() reply { return r.readAppRole("resourceId") }

func (r *request) readAppRole(side string) reply {
	sp, bad := r.lookup(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	o, ok := r.tenant.of(KindAppRoleAssignment).read(r.params["child"], r.now)
	if !ok || o.str(side) != sp.id {
		return r.notFound(r.params["child"])
	}
	r.about(o)
	return r.one("appRoleAssignments", o)
}

func (r *request) deleteAppRole() reply       { return r.dropAppRole("principalId") }
func (r *request) deleteAppRoleHolder() reply { return r.dropAppRole("resourceId") }

func (r *request) dropAppRole(side string) reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	sp, bad := r.current(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	o, ok := r.tenant.of(KindAppRoleAssignment).get(r.params["child"])
	if !ok || o.str(side) != sp.id {
		r.absent()
		return r.notFound(r.params["child"])
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return noContent()
}

func (r *request) listGrants() reply {
	return r.many("oauth2PermissionGrants", KindPermissionGrant, nil)
}

func (r *request) listPrincipalGrants() reply {
	sp, bad := r.lookup(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	return r.many("oauth2PermissionGrants", KindPermissionGrant, func(o *object) bool { return o.str("clientId") == sp.id })
}

func (r *request) getGrant() reply { return r.plainGet("oauth2PermissionGrants", KindPermissionGrant) }

// deleteGrant takes back a delegated consent, see
// https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete
func (r *request) deleteGrant() reply { return r.plainDelete(KindPermissionGrant) }

// plainGet reads an object whose id is no GUID.
func (r *request) plainGet(set string, k Kind) reply {
	o, ok := r.tenant.of(k).read(strings.Trim(r.params["id"], "'"), r.now)
	if !ok {
		return r.notFound(r.params["id"])
	}
	r.about(o)
	return r.one(set, o)
}

// plainDelete removes an object that has no recycle bin.
func (r *request) plainDelete(k Kind) reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.current(k)
	if bad != nil {
		return *bad
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return noContent()
}
