package tenantsim

import (
	"net/http"
	"strings"
)

// Service is one of the services behind Graph. Each has its own refusals and
// its own limits.
type Service string

// The services behind Graph, as written in [Budget.Service].
const (
	ServiceDirectory     Service = "directory"
	ServiceOutlook       Service = "outlook"
	ServiceTeams         Service = "teams"
	ServiceSites         Service = "sites"
	ServiceSubscriptions Service = "subscriptions"
)

// service tells who answers a path; "" if the call is not to Graph.
func (r *request) service() Service {
	if r.call.API != APIGraph {
		return ""
	}
	p := segments(r.path)
	switch p[0] {
	case "teams", "chats", "appCatalogs":
		return ServiceTeams
	case "sites":
		return ServiceSites
	case "subscriptions":
		return ServiceSubscriptions
	}
	if len(p) < 3 {
		return ServiceDirectory
	}
	switch {
	case p[0] == "users" && p[2] == "mailFolders":
		return ServiceOutlook
	case p[0] == "users" && (p[2] == "teamwork" || p[2] == "chats"):
		return ServiceTeams
	case p[0] == "groups" && p[2] == "sites":
		return ServiceSites
	}
	return ServiceDirectory
}

// place names the mailbox, team, chat or site that a call is about.
func (r *request) place() string {
	p := segments(r.path)
	if len(p) < 2 {
		return ""
	}
	return fold(r.tenant.userID(p[1]))
}

// graphForbidden is a 403 in the words of the service that refuses. The codes
// are theirs, the texts ours.
func (r *request) graphForbidden() reply {
	switch r.service() {
	case ServiceOutlook:
		return r.graphError(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
	case ServiceTeams:
		roles := "none"
		if r.claims != nil && len(r.claims.Roles) > 0 {
			roles = strings.Join(r.claims.Roles, ", ")
		}
		return r.graphError(http.StatusForbidden, "Forbidden", "Missing role permissions on the request. Roles on the request: "+roles+".")
	case ServiceSites:
		return r.graphError(http.StatusForbidden, "accessDenied", "Access denied")
	case ServiceSubscriptions:
		return r.graphError(http.StatusForbidden, "ExtensionError", "The application may not read the resource of the subscription.")
	}
	return r.apiError(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// graphNotFound is a 404 in the words of a service other than the directory.
func (r *request) graphNotFound(code, message string) reply {
	if r.call.Destructive {
		r.absent()
	}
	return r.graphError(http.StatusNotFound, code, message)
}
