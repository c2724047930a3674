package tenantsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tokenLife is how long an access token lives. Entra gives 60 to 90 minutes.
const tokenLife = time.Hour

// defaultWID rides in tokens of principals that have no directory role.
const defaultWID = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"

func itoa(n int) string { return strconv.Itoa(n) }

// issue makes the token: its roles are the app role assignments of this
// moment, its wids the directory roles of this moment.
func (r *request) issue(sp *object, resource, audience, how string) reply {
	now := r.now.Unix()
	c := &claims{
		Audience: audience, Issuer: "https://sts.windows.net/" + r.tenant.id + "/",
		IssuedAt: now, NotBefore: now, Expires: now + int64(tokenLife/time.Second),
		AppID: sp.str("appId"), Credential: how, IdentityIs: "app", ObjectID: sp.id,
		TenantID: r.tenant.id, Unique: randomID(), Version: "1.0",
		Roles: r.tenant.appRolesOf(sp.id, resource), Directory: r.tenant.directoryRolesOf(sp.id),
	}
	life := int(tokenLife/time.Second) - 1
	return jsonReply(http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": r.sim.sign(c),
	}).set("Cache-Control", "no-store, no-cache")
}

// appRolesOf lists the values of the app roles that a principal has on a
// resource, given by the resource's App Id.
func (t *tenant) appRolesOf(principalID, resourceApp string) []string {
	resource, ok := t.principalByApp(resourceApp)
	if !ok {
		return nil
	}
	var roles []string
	for _, a := range t.of(KindAppRoleAssignment).all(nil) {
		if a.str("principalId") != principalID || a.str("resourceId") != resource.id {
			continue
		}
		if value := roleValue(resource, a.str("appRoleId")); value != "" {
			roles = append(roles, value)
		}
	}
	return roles
}

func roleValue(resource *object, roleID string) string {
	defined, _ := resource.props["appRoles"].([]any)
	for _, d := range defined {
		if role, ok := d.(map[string]any); ok && role["id"] == roleID {
			value, _ := role["value"].(string)
			return value
		}
	}
	return ""
}

// directoryRolesOf lists the template ids of the Entra roles of a principal,
// its own and those of its groups.
func (t *tenant) directoryRolesOf(principalID string) []string {
	holders := append(t.groupsOf(principalID), principalID)
	var wids []string
	for _, a := range t.of(KindRoleAssignment).all(nil) {
		if id := a.str("roleDefinitionId"); slices.Contains(holders, a.str("principalId")) && !slices.Contains(wids, id) {
			wids = append(wids, id)
		}
	}
	if wids == nil {
		return []string{defaultWID}
	}
	return wids
}

func (t *tenant) groupsOf(memberID string) []string {
	var ids []string
	for _, g := range t.of(KindGroup).all(nil) {
		if slices.ContainsFunc(g.strings(membersKey), func(m string) bool { return strings.EqualFold(m, memberID) }) {
			ids = append(ids, g.id)
		}
	}
	return ids
}
