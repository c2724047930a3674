package tenantsim

import (
	"net/http"
	"slices"
)

// venue finds the team, chat or user in the path.
func (r *request) venue(s *installScope) (*object, *reply) {
	id := r.params["id"]
	if s.kind == KindUser {
		id = r.tenant.userID(id)
	}
	o, ok := r.tenant.of(s.kind).read(id, r.now)
	if ok && (s.kind != KindGroup || slices.Contains(o.strings("resourceProvisioningOptions"), "Team")) {
		return o, nil
	}
	p := r.graphNotFound("NotFound", map[Kind]string{
		KindGroup: "No team found with Group Id ", KindChat: "No chat found with Id ", KindUser: "No user found with Id "}[s.kind]+r.params["id"]+".")
	return nil, &p
}

// reaches reports whether the token opens an installation: permissions on
// itself open those of the calling app only.
func (r *request) reaches(o *object, full []string) bool {
	return slices.ContainsFunc(full, r.may) || (o.str(entraAppKey) != "" && o.str(entraAppKey) == fold(r.call.AppID))
}

func (r *request) missing(id string) *reply {
	p := r.graphNotFound("NotFound", "No app installation found with Id "+id+".")
	return &p
}

// installed finds the installation in the path, through look.
func (r *request) installed(s *installScope, full []string, look func(id string) (*object, bool)) (*object, *reply) {
	at, bad := r.venue(s)
	if bad != nil {
		return nil, bad
	}
	o, ok := look(r.params["child"])
	if !ok || o.id != r.params["child"] || o.str(venueKey) != s.name+" "+at.id { // case matters
		return nil, r.missing(r.params["child"])
	}
	r.about(o)
	if !r.reaches(o, full) {
		p := r.forbidden()
		return nil, &p
	}
	return o, nil
}

func (r *request) uninstall(s *installScope) reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.installed(s, s.write, r.tenant.of(KindInstallation).get)
	if bad != nil {
		return *bad
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return noContent()
}

func (r *request) getInstalled(s *installScope) reply {
	o, bad := r.installed(s, s.read, func(id string) (*object, bool) { return r.tenant.of(KindInstallation).read(id, r.now) })
	if bad != nil {
		return *bad
	}
	expand, bad := r.expanded()
	if bad != nil {
		return *bad
	}
	v := installationView(o, expand)
	v["@odata.context"] = r.base + "/v1.0/$metadata#" + s.name + "('" + r.params["id"] + "')/installedApps/$entity"
	return jsonReply(http.StatusOK, v)
}
