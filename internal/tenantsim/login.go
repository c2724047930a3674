package tenantsim

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// login serves the Microsoft identity platform, as far as an app that signs in
// for itself needs it; see
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (r *request) login() reply {
	switch {
	case r.path == "/common/discovery/instance":
		return r.instanceDiscovery()
	case strings.HasSuffix(r.path, "/.well-known/openid-configuration"):
		return r.openIDConfiguration()
	case !strings.HasSuffix(r.path, "/oauth2/v2.0/token"):
		return r.apiError(http.StatusNotFound, "", "AADSTS900144: no such endpoint")
	case r.method != http.MethodPost:
		return r.loginError(http.StatusMethodNotAllowed, "invalid_request", 900561, "AADSTS900561: The endpoint only accepts POST requests. Received a "+r.method+" request.")
	}
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return r.loginError(http.StatusBadRequest, "invalid_request", 90014, "AADSTS90014: The request body is malformed.")
	}
	return r.token(form)
}

// token issues an access token, or says in Entra's words why not.
func (r *request) token(form url.Values) reply {
	appID := form.Get("client_id")
	r.call.AppID = appID
	switch grant := form.Get("grant_type"); {
	case r.tenant == nil:
		name, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		return r.loginError(http.StatusBadRequest, "invalid_request", 90002, "AADSTS90002: Tenant '"+name+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	case grant == "":
		return r.loginError(http.StatusBadRequest, "invalid_request", 900144, "AADSTS900144: The request body must contain the following parameter: 'grant_type'.")
	case grant != "client_credentials":
		return r.loginError(http.StatusBadRequest, "unsupported_grant_type", 70003, "AADSTS70003: The app requested an unsupported grant type '"+grant+"'.")
	}
	sp, ok := r.tenant.principalByApp(appID)
	if !ok {
		return r.loginError(http.StatusBadRequest, "unauthorized_client", 700016, "AADSTS700016: Application with identifier '"+appID+"' was not found in the directory '"+r.tenant.name+"'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.")
	}
	r.about(sp)
	if !sp.bool("accountEnabled") {
		return r.loginError(http.StatusUnauthorized, "unauthorized_client", 7000112, "AADSTS7000112: Application '"+appID+"'("+sp.name+") is disabled.")
	}
	how, refusal := r.proveApp(appID, form)
	if refusal != nil {
		return *refusal
	}
	scope := resourceScope(form.Get("scope"))
	resource, refusal := r.scope(scope)
	if refusal != nil {
		return *refusal
	}
	return r.issue(sp, resource, strings.TrimSuffix(scope, "/.default"), how)
}

// proveApp checks the secret or the signed assertion.
func (r *request) proveApp(appID string, form url.Values) (how string, refusal *reply) {
	creds := r.tenant.creds[fold(appID)]
	if creds == nil {
		creds = &credentials{}
	}
	fail := func(code int, text string) (string, *reply) {
		p := r.loginError(http.StatusUnauthorized, "invalid_client", code, text)
		return "", &p
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return fail(50027, "AADSTS50027: JWT token is invalid or malformed.")
		}
		if code, text := creds.checkAssertion(assertion, appID, r); code != 0 {
			return fail(code, text)
		}
		return byCertificate, nil
	}
	secret := form.Get("client_secret")
	if secret == "" {
		return fail(7000218, "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	right := slices.ContainsFunc(creds.secrets, func(s string) bool { return subtle.ConstantTimeCompare([]byte(s), []byte(secret)) == 1 })
	if !right {
		return fail(7000215, "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+appID+"'.")
	}
	return bySecret, nil
}

// resourceScope leaves out the OpenID scopes that Microsoft's client libraries
// add to every request; they mean nothing to an app that signs in for itself.
func resourceScope(scopes string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(scopes), func(s string) bool {
		return s == "openid" || s == "offline_access" || s == "profile"
	}), " ")
}

// scope finds the resource that a scope names.
func (r *request) scope(scope string) (resource string, refusal *reply) {
	name, ok := strings.CutSuffix(scope, "/.default")
	if !ok {
		p := r.loginError(http.StatusBadRequest, "invalid_scope", 1002012, "AADSTS1002012: The provided value for scope "+scope+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
		return "", &p
	}
	if id := resourceOf(name); id != "" && r.tenant.hasResource(name) {
		return id, nil
	}
	p := r.loginError(http.StatusBadRequest, "invalid_resource", 500011, "AADSTS500011: The resource principal named "+name+" was not found in the tenant named "+r.tenant.name+".")
	return "", &p
}

// loginError is the token endpoint's error body; error_description starts with
// the AADSTS code and ends with the ids to give to support. See
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func (r *request) loginError(status int, kind string, code int, text string) reply {
	at := r.now.UTC().Format("2006-01-02 15:04:05Z")
	correlation := r.call.ClientRequestID
	if correlation == "" {
		correlation = r.call.RequestID
	}
	return jsonReply(status, map[string]any{
		"error":             kind,
		"error_description": text + " Trace ID: " + r.call.RequestID + " Correlation ID: " + correlation + " Timestamp: " + at,
		"error_codes":       []int{code},
		"timestamp":         at,
		"trace_id":          r.call.RequestID,
		"correlation_id":    correlation,
		"error_uri":         r.base + "/error?code=" + itoa(code),
	})
}
