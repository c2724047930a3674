package tenantsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of the operations on add-ins.
const (
	mostAddInKeys  = 500
	mostUninstalls = 50
)

// uninstallJob runs while reads of it lag; then it is no longer found, which
// means that it ended well.
type uninstallJob struct {
	id, path, site, instance string
	start                    time.Time
	runs                     *lag
}

func (r *request) tooMany(n, most int, field string) *reply {
	if n > 0 && n <= most {
		return nil
	}
	p := r.spError(http.StatusBadRequest, spArgument, "Value does not fall within the expected range. Parameter name: "+field)
	return &p
}

func (r *request) badBody() reply {
	return r.spError(http.StatusBadRequest, spQuery, "Invalid JSON. A token was not recognized in the JSON content.")
}

// getACSPrincipals lists, of the App Ids asked for, those that are principals of
// Azure ACS.
func (r *request) getACSPrincipals() reply {
	var body struct {
		AppIDs []string `json:"appIds"`
	}
	if !r.decode(&body) {
		return r.badBody()
	}
	if p := r.tooMany(len(body.AppIDs), mostAddInKeys, "appIds"); p != nil {
		return *p
	}
	rows := []map[string]any{}
	for _, o := range r.tenant.of(KindAppPrincipal).list(r.now, func(o *object) bool {
		return slices.ContainsFunc(body.AppIDs, func(id string) bool { return strings.EqualFold(strings.Trim(id, "{}"), o.id) })
	}) {
		rows = append(rows, view(o, []string{"appId", "appIdentifier", "title", "redirectUri", "appDomains"}))
	}
	return r.spJSON("Collection(SP.SPACSServicePrincipalInfo)", map[string]any{"value": rows})
}

// sitesOfBody reads serverRelativeUrls; what leads to no site is answered with
// its reason beside the rest.
func (r *request) sitesOfBody(each func(path string, site *spSite)) ([]map[string]any, *reply) {
	var body struct {
		Paths []string `json:"serverRelativeUrls"`
	}
	if !r.decode(&body) {
		p := r.badBody()
		return nil, &p
	}
	if p := r.tooMany(len(body.Paths), mostAddInKeys, "serverRelativeUrls"); p != nil {
		return nil, p
	}
	failed := []map[string]any{}
	for _, path := range body.Paths {
		site, ok := r.tenant.sp.siteByPath(path)
		if !ok {
			failed = append(failed, map[string]any{"serverRelativeUrl": path, "errorMessage": "File Not Found."})
			continue
		}
		each(path, site)
	}
	return failed, nil
}

// getAddInPrincipals lists the principals that have permissions in sites.
func (r *request) getAddInPrincipals() reply {
	rows := []map[string]any{}
	failed, bad := r.sitesOfBody(func(path string, site *spSite) {
		for _, o := range r.tenant.of(KindAppPrincipal).list(r.now, func(o *object) bool {
			return slices.ContainsFunc(o.strings(scopeKey), func(s string) bool { return siteKey(s) == siteKey(site.url) })
		}) {
			rows = append(rows, map[string]any{"title": o.name, "appIdentifier": o.str("appIdentifier"), "serverRelativeUrl": path})
		}
	})
	if bad != nil {
		return *bad
	}
	return r.spJSON("SP.SPGetAddinPrincipalsResponse", map[string]any{"addinPrincipals": rows, "errorsWithServerRelativeUrl": failed})
}

// availableAddIns lists the add-ins that are installed on sites.
func (r *request) availableAddIns() reply {
	rows := []map[string]any{}
	failed, bad := r.sitesOfBody(func(_ string, site *spSite) {
		for _, o := range r.tenant.of(KindAddIn).list(r.now, func(o *object) bool { return siteKey(o.str("site")) == siteKey(site.url) }) {
			rows = append(rows, map[string]any{"title": o.name, "appInstanceId": o.id, "status": "Installed",
				"appIdentifier": "i:0i.t|ms.sp.ext|" + o.str("appId") + "@" + r.tenant.id,
				"currentSiteId": site.id, "installedSiteId": site.id, "currentWebUrl": site.url, "installedWebUrl": site.url})
		}
	})
	if bad != nil {
		return *bad
	}
	return r.spJSON("SP.SPAvailableAddinsResponse", map[string]any{"addins": rows, "errorsWithServerRelativeUrl": failed})
}

// uninstallAddIns starts a job for each add-in that it finds.
func (r *request) uninstallAddIns() reply {
	var body struct {
		Asked []struct {
			Path      string   `json:"serverRelativeUrl"`
			Instances []string `json:"appInstanceIds"`
		} `json:"uninstallAddins"`
	}
	if !r.decode(&body) {
		return r.badBody()
	}
	n := 0
	for _, a := range body.Asked {
		n += len(a.Instances)
	}
	if p := r.tooMany(n, mostUninstalls, "uninstallAddins"); p != nil {
		return *p
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	executing, failed := []map[string]any{}, []map[string]any{}
	for _, a := range body.Asked {
		for _, id := range a.Instances {
			row := map[string]any{"appInstanceId": id, "serverRelativeUrl": a.Path}
			if job, ok := r.uninstallAddIn(a.Path, id); ok {
				row["uninstallJobId"] = job
				executing = append(executing, row)
			} else {
				row["errorMessage"] = "The add-in instance was not found."
				failed = append(failed, row)
			}
		}
	}
	return r.spJSON("SP.SPUninstallAddinsResponse", map[string]any{"executing": executing, "failed": failed})
}

// uninstallAddIn removes an add-in and what its principal may do on the site; the
// caller holds write. A principal without sites is gone.
func (r *request) uninstallAddIn(path, instance string) (jobID string, ok bool) {
	site, ok := r.tenant.sp.siteByPath(path)
	if !ok {
		return "", false
	}
	o, ok := r.tenant.of(KindAddIn).get(strings.Trim(instance, "{}"))
	if !ok || siteKey(o.str("site")) != siteKey(site.url) {
		if len(r.call.Removed) == 0 {
			r.absent()
		}
		return "", false
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	if p, ok := r.tenant.of(KindAppPrincipal).get(o.str("appId")); ok && len(p.strings(scopeKey)) > 0 {
		left := slices.DeleteFunc(slices.Clone(p.strings(scopeKey)), func(s string) bool { return siteKey(s) == siteKey(site.url) })
		if len(left) > 0 {
			r.tenant.of(KindAppPrincipal).replace(p.with(map[string]any{scopeKey: left}))
		} else {
			r.tenant.drop(p, r.now)
			r.call.Removed = append(r.call.Removed, p.id)
		}
	}
	job := &uninstallJob{id: randomID(), path: path, site: site.id, instance: o.id, start: r.now, runs: r.tenant.fade(r.now)}
	r.tenant.sp.mu.Lock()
	defer r.tenant.sp.mu.Unlock()
	r.tenant.sp.jobs[job.id] = job
	return job.id, true
}

// getUninstallJob tells of a job while it runs. One that ended well is not
// found.
func (r *request) getUninstallJob() reply {
	var body struct {
		JobID string `json:"jobId"`
		Path  string `json:"serverRelativeUrl"`
	}
	if !r.decode(&body) {
		return r.badBody()
	}
	r.tenant.sp.mu.RLock()
	job := r.tenant.sp.jobs[fold(strings.Trim(body.JobID, "{}"))]
	r.tenant.sp.mu.RUnlock()
	if job == nil || !strings.EqualFold(job.path, body.Path) || !job.runs.active(r.now) {
		return r.spGone()
	}
	return r.spJSON("SP.SPAddinUninstallJobDetail", map[string]any{"jobId": job.id, "serverRelativeUrl": job.path, "siteId": job.site,
		"appInstanceId": job.instance, "taskStartTime": wireTime(job.start), "errorDetails": []any{}})
}
