package tenantsim

import (
	"net/http"
	"slices"
	"strings"
)

func (r *request) listSiteUsers() reply {
	return r.spMany(KindSiteUser, r.tenant.listBelow(r.sp.on.site.id, KindSiteUser, r.now))
}

// userOf finds a user of a site by login, or by the number that getbyid takes.
func (t *tenant) userOf(site *spSite, login string) (*object, bool) {
	if o, ok := t.of(KindSiteUser).get(site.id + "|" + fold(login)); ok {
		return o, true
	}
	for _, o := range t.allBelow(site.id, KindSiteUser) {
		if n, ok := o.props["Id"].(int); ok && itoa(n) == login {
			return o, true
		}
	}
	return nil, false
}

func (r *request) getSiteUser() reply {
	o, ok := r.tenant.userOf(r.sp.on.site, r.sp.key(0))
	if !ok {
		return r.spGone()
	}
	return r.spOne(o)
}

// mergeSiteUser changes IsSiteAdmin. To take the right from somebody who does
// not have it changes nothing and succeeds.
func (r *request) mergeSiteUser() reply {
	if p := r.anyVersion(); p != nil {
		return *p
	}
	var body map[string]any
	if !r.decode(&body) {
		return r.spError(http.StatusBadRequest, spQuery, "Invalid JSON. A token was not recognized in the JSON content.")
	}
	delete(body, "__metadata")
	admin, ok := body["IsSiteAdmin"].(bool)
	if !ok || len(body) != 1 {
		return r.spError(http.StatusBadRequest, spQuery, "The simulator changes IsSiteAdmin only.")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, ok := r.tenant.userOf(r.sp.on.site, r.sp.key(0))
	if !ok {
		r.absent()
		return r.spGone()
	}
	r.about(o)
	if !admin && strings.EqualFold(o.name, r.sp.on.site.primary) {
		return r.spError(http.StatusBadRequest, spGeneral, "The primary administrator of a site collection cannot be removed.")
	}
	if r.setAdmin(o, admin); !admin && r.call.Effect == EffectNone {
		r.absent()
	}
	return noContent()
}

// setAdmin gives or takes the right; the caller holds write. What it takes is
// noted as the login: the user stays.
func (r *request) setAdmin(o *object, admin bool) {
	if o.bool("IsSiteAdmin") == admin {
		return
	}
	r.tenant.of(KindSiteUser).replace(o.with(map[string]any{"IsSiteAdmin": admin}))
	if admin {
		r.call.Effect = EffectChanged
		return
	}
	r.call.Effect = EffectRemoved
	r.call.Removed = append(r.call.Removed, o.id, o.name)
}

// siteOfQuery finds the site that ?siteId='…' names.
func (r *request) siteOfQuery() (*spSite, *reply) {
	return r.siteOf(strings.Trim(r.query.Get("siteId"), "'"))
}

func (r *request) siteOf(id string) (*spSite, *reply) {
	site, ok := r.tenant.sp.siteByID(strings.Trim(id, "{}"))
	if !ok {
		p := r.spError(http.StatusNotFound, spNoFile, "Cannot get site "+id+".")
		return nil, &p
	}
	if o, ok := r.tenant.of(KindSiteCollection).get(site.id); ok {
		r.about(o)
	}
	return site, nil
}

// getTenantSite answers what an administrator sees of a site collection.
func (r *request) getTenantSite() reply {
	site, bad := r.siteOf(r.sp.key(0))
	if bad != nil {
		return *bad
	}
	lock := "Unlock"
	if site.locked {
		lock = "NoAccess"
	}
	return r.spJSON("Microsoft.Online.SharePoint.TenantAdministration.SiteProperties", map[string]any{
		"SiteId": site.id, "Url": site.url, "OwnerLoginName": site.primary, "LockState": lock})
}

// getSiteAdministrators lists the administrators of a site, the primary one too.
func (r *request) getSiteAdministrators() reply {
	site, bad := r.siteOfQuery()
	if bad != nil {
		return *bad
	}
	rows := []map[string]any{}
	for _, o := range r.tenant.listBelow(site.id, KindSiteUser, r.now) {
		if o.bool("IsSiteAdmin") {
			rows = append(rows, map[string]any{"email": o.str("Email"), "loginName": o.name, "name": o.str("Title"), "userPrincipalName": o.str("Email")})
		}
	}
	return r.spJSON("Collection(Microsoft.Online.SharePoint.TenantAdministration.SiteAdministrator)", map[string]any{"value": rows})
}

// setSecondaryAdministrators replaces the whole list of administrators but the
// primary one, whoever was added since it was read.
func (r *request) setSecondaryAdministrators() reply {
	var body struct {
		Data struct {
			SiteID string   `json:"siteId"`
			Logins []string `json:"secondaryAdministratorLoginNames"`
		} `json:"secondaryAdministratorsFieldsData"`
	}
	if !r.decode(&body) {
		return r.spError(http.StatusBadRequest, spQuery, "Invalid JSON. A token was not recognized in the JSON content.")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	site, bad := r.siteOf(body.Data.SiteID)
	if bad != nil {
		return *bad
	}
	wanted := body.Data.Logins
	for _, login := range wanted {
		if _, ok := r.tenant.userOf(site, login); !ok {
			o := siteUser(site, login, false, len(r.tenant.sp.below(site.id, KindSiteUser))+6)
			r.tenant.create(o, r.now)
			r.tenant.sp.add(site.id, o)
		}
	}
	for _, o := range r.tenant.allBelow(site.id, KindSiteUser) {
		named := slices.ContainsFunc(wanted, func(l string) bool { return strings.EqualFold(l, o.name) })
		r.setAdmin(o, named || strings.EqualFold(o.name, site.primary))
	}
	return r.spJSON("Edm.Null", map[string]any{"odata.null": true})
}
