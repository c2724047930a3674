package tenantsim

import (
	"net/http"
	"slices"
	"strings"
)

const (
	membersKey = "_members" // ids; keys with an underscore never go over the wire
	ownersKey  = "_owners"
)

func (r *request) listPrincipals() reply {
	return r.many("servicePrincipals", KindServicePrincipal, nil)
}

// byKey finds an object as a reader: by object id, or by appId='…'.
func (r *request) byKey(k Kind, key string) (*object, bool) {
	if appID, ok := strings.CutPrefix(key, "appId="); ok {
		appID = strings.Trim(appID, "'")
		found := r.tenant.of(k).list(r.now, func(o *object) bool { return strings.EqualFold(o.str("appId"), appID) })
		if len(found) == 0 {
			return nil, false
		}
		return found[0], true
	}
	return r.tenant.of(k).read(key, r.now)
}

// lookup finds an object for a reader and notes it in the call.
func (r *request) lookup(k Kind) (*object, *reply) {
	id := r.params["id"]
	if !strings.HasPrefix(id, "appId=") && !isGUID(id) {
		p := r.badRequest("Invalid object identifier '" + id + "'.")
		return nil, &p
	}
	o, ok := r.byKey(k, id)
	if !ok {
		p := r.notFound(id)
		return nil, &p
	}
	r.about(o)
	return o, nil
}

// current finds an object for a writer: changes reach the primary replica,
// which knows at once what is gone. The caller holds write.
func (r *request) current(k Kind) (*object, *reply) {
	id := r.params["id"]
	var o *object
	var ok bool
	if appID, by := strings.CutPrefix(id, "appId="); by {
		appID = strings.Trim(appID, "'")
		o, ok = r.tenant.of(k).find(func(o *object) bool { return strings.EqualFold(o.str("appId"), appID) })
	} else {
		o, ok = r.tenant.of(k).get(id)
	}
	if !ok {
		if r.method == http.MethodDelete {
			r.absent()
		}
		p := r.notFound(id)
		return nil, &p
	}
	r.about(o)
	return o, nil
}

func (r *request) getPrincipal() reply {
	o, bad := r.lookup(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	return r.one("servicePrincipals", o)
}

// owned lets a caller with Application.ReadWrite.OwnedBy alone touch only what
// it owns.
func (r *request) owned(o *object) bool {
	return r.may("Application.ReadWrite.All") || (o.kind == KindServicePrincipal && r.may("Directory.ReadWrite.All")) ||
		slices.Contains(o.strings(ownersKey), r.claims.ObjectID)
}

// patchPrincipal changes accountEnabled, see
// https://learn.microsoft.com/graph/api/serviceprincipal-update
func (r *request) patchPrincipal() reply {
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
	o, bad := r.current(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	if !r.owned(o) {
		return r.forbidden()
	}
	return r.enable(o, enabled)
}

func (r *request) enable(o *object, enabled bool) reply {
	if o.bool("accountEnabled") != enabled {
		r.tenant.of(o.kind).replace(o.with(map[string]any{"accountEnabled": enabled}))
		r.call.Effect = EffectChanged
	}
	return noContent()
}

func (r *request) badJSON() reply {
	return r.graphError(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

// deletePrincipal removes a service principal with its consents and roles, see
// https://learn.microsoft.com/graph/api/serviceprincipal-delete
func (r *request) deletePrincipal() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.current(KindServicePrincipal)
	if bad != nil {
		return *bad
	}
	if !r.owned(o) {
		return r.forbidden()
	}
	with := r.tenant.dependants(o.id)
	r.tenant.softDelete(o, with, r.now)
	r.removed(o, with...)
	return noContent()
}

// dependants are the grants and assignments that name a principal, and its
// principal of Azure ACS.
func (t *tenant) dependants(id string) []*object {
	var out []*object
	for _, k := range []Kind{KindPermissionGrant, KindAppRoleAssignment, KindRoleAssignment, KindAppPrincipal} {
		out = append(out, t.of(k).all(func(o *object) bool {
			return o.str("clientId") == id || o.str("principalId") == id || o.str("resourceId") == id
		})...)
	}
	return out
}
