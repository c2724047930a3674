package tenantsim

import "slices"

func (r *request) listUsers() reply {
	r.userDefaults()
	return r.many("users", KindUser, nil)
}

// userKey finds a user by id or user principal name.
func (r *request) userKey() (*object, *reply) {
	o, ok := r.tenant.of(KindUser).read(r.tenant.userID(r.params["id"]), r.now)
	if !ok {
		p := r.notFound(r.params["id"])
		return nil, &p
	}
	r.about(o)
	return o, nil
}

func (r *request) getUser() reply {
	o, bad := r.userKey()
	if bad != nil {
		return *bad
	}
	r.userDefaults()
	return r.one("users", o)
}

// userForWrite finds the user as a writer does, and refuses users who hold a
// directory role unless the app holds a role that may act on them; see
// https://learn.microsoft.com/graph/api/user-delete
func (r *request) userForWrite() (*object, *reply) {
	r.params["id"] = r.tenant.userID(r.params["id"])
	o, bad := r.current(KindUser)
	if bad != nil {
		return nil, bad
	}
	if o.bool("onPremisesSyncEnabled") {
		p := r.badRequest(masteredOnPremises)
		return nil, &p
	}
	held := r.tenant.directoryRolesOf(o.id)
	privileged := !slices.Equal(held, []string{defaultWID}) || r.tenant.stillPrivileged(o.id, r.now)
	if privileged && !slices.Contains(r.claims.Directory, GlobalAdministrator) && !slices.Contains(r.claims.Directory, privilegedAuthentication) {
		p := r.forbidden()
		return nil, &p
	}
	return o, nil
}

// patchUser changes accountEnabled, see https://learn.microsoft.com/graph/api/user-update
func (r *request) patchUser() reply {
	var body map[string]any
	if !r.decode(&body) {
		return r.badJSON()
	}
	enabled, ok := body["accountEnabled"].(bool)
	if !ok || len(body) != 1 {
		return r.badRequest("One or more property values specified are invalid. The simulator changes accountEnabled only.")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.userForWrite()
	if bad != nil {
		return *bad
	}
	return r.enable(o, enabled)
}

func (r *request) deleteUser() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.userForWrite()
	if bad != nil {
		return *bad
	}
	with := r.tenant.dependants(o.id)
	r.tenant.softDelete(o, with, r.now)
	r.removed(o, with...)
	return noContent()
}
