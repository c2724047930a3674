package tenantsim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Codes of SharePoint's errors, as recorded in the fixtures of
// https://github.com/pnp/cli-microsoft365
const (
	spNotFound = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"
	spQuery    = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
	spArgument = "-2147024809, System.ArgumentException"
	spNoFile   = "-2147024894, System.IO.FileNotFoundException"
	spDenied   = "-2147024891, System.UnauthorizedAccessException"
	spGeneral  = "-2130575338, Microsoft.SharePoint.SPException"
	spBusy     = "-2147429894, Microsoft.SharePoint.Client.ClientServiceException"
	spETag     = "-1, Microsoft.SharePoint.Client.ClientServiceException"
)

// spError is the error body of the two short forms of JSON.
func (r *request) spError(status int, code, message string) reply {
	return jsonReply(status, map[string]any{"odata.error": map[string]any{
		"code": code, "message": map[string]any{"lang": "en-US", "value": message}}})
}

// spLocked is the answer of a site whose access is locked. Microsoft publishes
// the status only; code and text are ours.
func (r *request) spLocked() reply {
	return r.spError(http.StatusLocked, spGeneral, "Access to this site has been blocked. The site is locked.")
}

// spUnauthorized is a 401. The reason stands in the body and in a header.
func (r *request) spUnauthorized(why string) reply {
	return jsonReply(http.StatusUnauthorized, map[string]any{"error_description": why}).
		set("WWW-Authenticate", `Bearer realm="`+r.tenantID()+`",client_id="`+SharePointAppID+`",trusted_issuers="`+SharePointAppID+`@*"`).
		set("x-ms-diagnostics", `3001000;reason="`+why+`";category="invalid_client"`)
}

// spType is how minimal metadata names a kind.
var spType = map[Kind]string{
	KindWeb: "SP.Web", KindSiteCollection: "SP.Site", KindList: "SP.List", KindEventReceiver: "SP.EventReceiverDefinition",
	KindWebhook: "Microsoft.SharePoint.Webhooks.Subscription", KindSiteUser: "SP.User", KindAppPrincipal: "SP.SPACSServicePrincipalInfo",
}

// here is the address of the call without its query, for links: on the host
// that was called.
func (r *request) here() string {
	return r.base + r.sp.prefix + (&url.URL{Path: r.path}).EscapedPath()
}

func (r *request) metadata(what string) string {
	return r.base + r.sp.prefix + (&url.URL{Path: r.sp.web}).EscapedPath() + "/_api/$metadata#" + what
}

// spJSON answers 200 in the level of metadata that was asked for.
func (r *request) spJSON(what string, body map[string]any) reply {
	level := "nometadata"
	if r.sp.minimal {
		level, body["odata.metadata"] = "minimalmetadata", r.metadata(what)
	}
	return jsonReply(http.StatusOK, body).set("Content-Type", "application/json;odata="+level+";streaming=true;charset=utf-8")
}

// spView is the object as it goes over the wire. extra says where it is, for
// metadata; empty means at the address of the call.
func (r *request) spView(o *object, fields []string, at string) map[string]any {
	v := view(o, fields)
	for _, name := range fields {
		if o.kind == KindList && slices.Contains(listDefaults, name) {
			v[name] = map[string]string{"LastItemModifiedDate": "2026-01-15T08:00:00Z", "ParentWebUrl": r.sp.web}[name]
		}
	}
	if r.sp.minimal {
		v["odata.type"], v["odata.id"], v["odata.editLink"] = spType[o.kind], at, strings.TrimPrefix(at, r.base+r.sp.prefix+r.sp.web+"/_api/")
	}
	return v
}

func (r *request) spOne(o *object) reply {
	fields, bad := r.spSelected(o)
	if bad != nil {
		return *bad
	}
	r.about(o)
	return r.spJSON(spType[o.kind]+"/@Element", r.spView(o, fields, r.here()))
}

// listDefaults are properties that every list has with the same value here, and
// that no list keeps: there are tens of thousands.
var listDefaults = []string{"Description", "LastItemModifiedDate", "ParentWebUrl"}

// spSelected reads $select against what an object has.
func (r *request) spSelected(like *object) ([]string, *reply) {
	text := r.query.Get("$select")
	if text == "" || text == "*" || like == nil {
		return nil, nil
	}
	fields := strings.Split(text, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
		if like.kind == KindList && slices.Contains(listDefaults, fields[i]) {
			continue
		}
		if _, ok := like.props[fields[i]]; !ok || strings.HasPrefix(fields[i], "_") {
			p := r.spError(http.StatusBadRequest, spQuery, "The field or property '"+fields[i]+"' does not exist.")
			return nil, &p
		}
	}
	return fields, nil
}

// spPage is how many rows one answer has at most, if $top asks for no fewer.
const spPage = 100

// spMany answers with one page of a listing.
func (r *request) spMany(k Kind, all []*object) reply {
	all, bad := r.spFiltered(k, all)
	if bad != nil {
		return *bad
	}
	var like *object
	if len(all) > 0 {
		like = all[0]
	}
	fields, bad := r.spSelected(like)
	if bad != nil {
		return *bad
	}
	rest, ok := after(all, r.query.Get("$skiptoken"))
	size := spPage
	if text := r.query.Get("$top"); text != "" {
		n, err := strconv.Atoi(text)
		ok = ok && err == nil && n > 0
		size = min(n, 5000)
	}
	if !ok {
		return r.spError(http.StatusBadRequest, spQuery, "The query string has an invalid value for $top or $skiptoken.")
	}
	out := map[string]any{}
	if len(rest) > size {
		out["odata.nextLink"] = r.here() + "?" + nextQuery(r.query, rest[size-1])
		rest = rest[:size]
	}
	rows := make([]map[string]any, len(rest))
	for i, o := range rest {
		rows[i] = r.spView(o, fields, r.here()+"('"+url.PathEscape(o.id)+"')")
	}
	out["value"] = rows
	return r.spJSON("SP.ApiData."+spType[k]+"s", out)
}

// spFiltered narrows a listing by $filter.
func (r *request) spFiltered(k Kind, all []*object) ([]*object, *reply) {
	text := r.query.Get("$filter")
	if text == "" {
		return all, nil
	}
	f := filterParser{words: filterWords(text), kind: k, advanced: true}
	match, err := f.or()
	if err != nil || f.at < len(f.words) {
		p := r.spError(http.StatusBadRequest, spQuery, "The expression \""+text+"\" is not valid.")
		return nil, &p
	}
	return slices.DeleteFunc(all, func(o *object) bool { return !match(o.props) }), nil
}
