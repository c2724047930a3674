package tenantsim

import (
	"net/http"
	"strings"
)

// identify finds the tenant, the caller and the cmdlet. The refusal it may
// return is given only after faults had their turn, so that calls without a
// valid token can be made to fail in other ways too.
func (r *request) identify() *reply {
	switch r.call.API {
	case APILogin:
		name, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		if t, ok := r.sim.tenant(name); ok {
			r.at(t)
		}
		return nil
	case APIProduct:
		return r.identifyProduct()
	}
	refusal := r.identifyBearer()
	if r.call.API == APIExchange {
		if p := r.identifyCmdlet(); p != nil && refusal == nil {
			return p
		}
	}
	return refusal
}

func (r *request) at(t *tenant) {
	r.tenant = t
	r.call.Tenant = t.id
}

// identifyBearer checks the token's form, signature, time and audience.
func (r *request) identifyBearer() *reply {
	if r.claims != nil { // an item of a $batch has its envelope's token
		return nil
	}
	scheme, token, _ := strings.Cut(r.header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return r.unauthorized("Access token is empty.")
	}
	c, ok := r.sim.open(token)
	if !ok {
		return r.unauthorized("Access token validation failure. Invalid signature.")
	}
	r.claims, r.call.AppID = c, c.AppID
	t, ok := r.sim.tenant(c.TenantID)
	if !ok {
		return r.unauthorized("Access token validation failure. Unknown tenant.")
	}
	r.at(t)
	if r.now.Unix() >= c.Expires {
		return r.unauthorized("Lifetime validation failed, the token is expired.")
	}
	if resourceOf(c.Audience) != wantedResource[r.call.API] {
		return r.unauthorized("Access token validation failure. Invalid audience.")
	}
	if r.call.API == APISharePoint {
		return r.spToken()
	}
	return nil
}

var wantedResource = map[API]string{APIGraph: GraphAppID, APIExchange: ExchangeAppID, APISharePoint: SharePointAppID}

// unauthorized is a 401: Graph explains itself, Exchange has no body.
func (r *request) unauthorized(why string) *reply {
	if r.call.API == APISharePoint {
		p := r.spUnauthorized(why)
		return &p
	}
	p := reply{status: http.StatusUnauthorized}
	if r.call.API == APIGraph {
		p = r.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", why)
	}
	p = p.set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+r.base+`/common/oauth2/authorize", error="invalid_token"`)
	return &p
}
