package tenantsim

import (
	"net/http"
	"net/url"
	"strings"
)

// openIDConfiguration is what a client reads first to find the token endpoint,
// see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (r *request) openIDConfiguration() reply {
	if r.tenant == nil {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		return r.loginError(http.StatusBadRequest, "invalid_tenant", 90002, "AADSTS90002: Tenant '"+name+"' not found.")
	}
	root := r.base + "/" + r.tenant.id
	return jsonReply(http.StatusOK, map[string]any{
		"issuer":                                root + "/v2.0",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint":         root + "/oauth2/v2.0/devicecode",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_types_supported":              []string{"code", "id_token", "code id_token", "id_token token"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"tenant_region_scope":                   "NA",
		"cloud_instance_name":                   "microsoftonline.com",
		"msgraph_host":                          "graph.microsoft.com",
	})
}

// instanceDiscovery tells a client that this host is a login host.
func (r *request) instanceDiscovery() reply {
	u, err := url.Parse(r.base)
	if err != nil {
		return r.apiError(http.StatusBadRequest, "", "AADSTS50049: Unknown or invalid instance.")
	}
	authorize := r.query.Get("authorization_endpoint")
	if a, err := url.Parse(authorize); err == nil {
		authorize = strings.TrimSuffix(a.Path, "/oauth2/v2.0/authorize")
	}
	return jsonReply(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": r.base + authorize + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": u.Host, "preferred_cache": u.Host, "aliases": []string{u.Host},
		}},
	})
}
