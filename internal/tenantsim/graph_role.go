package tenantsim

import (
	"net/http"
	"slices"
)

// Template ids of Entra roles, the same in every tenant; see
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
const (
	GlobalAdministrator        = "62e90394-69f5-4237-9190-012177145e10"
	ExchangeAdministrator      = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	SecurityAdministrator      = "194ae4cb-b126-40b2-bd5b-6091b380977d"
	SharePointAdministrator    = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
	TeamsAdministrator         = "69091246-20e8-4a56-aa4d-066075b2a7a8"
	ApplicationAdministrator   = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	PrivilegedRoleAdmin        = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	UserAdministrator          = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	GlobalReader               = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	privilegedAuthentication   = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
	lastGlobalAdministratorMsg = "Removing the last assignment of the Global Administrator role is not allowed."
)

var roleNames = [][2]string{
	{GlobalAdministrator, "Global Administrator"}, {ExchangeAdministrator, "Exchange Administrator"},
	{SecurityAdministrator, "Security Administrator"}, {SharePointAdministrator, "SharePoint Administrator"},
	{TeamsAdministrator, "Teams Administrator"}, {ApplicationAdministrator, "Application Administrator"},
	{PrivilegedRoleAdmin, "Privileged Role Administrator"}, {UserAdministrator, "User Administrator"},
	{GlobalReader, "Global Reader"}, {privilegedAuthentication, "Privileged Authentication Administrator"},
}

func (r *request) listRoleAssignments() reply {
	return r.many("roleManagement/directory/roleAssignments", KindRoleAssignment, nil)
}

func (r *request) getRoleAssignment() reply {
	return r.plainGet("roleManagement/directory/roleAssignments", KindRoleAssignment)
}

// deleteRoleAssignment takes a role away. Entra keeps the last Global
// Administrator; the wording of that refusal is not published.
func (r *request) deleteRoleAssignment() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.current(KindRoleAssignment)
	if bad != nil {
		return *bad
	}
	if o.str("roleDefinitionId") == GlobalAdministrator {
		all := r.tenant.of(KindRoleAssignment).all(func(x *object) bool { return x.str("roleDefinitionId") == GlobalAdministrator })
		if len(all) == 1 {
			return r.graphError(http.StatusBadRequest, "Request_BadRequest", lastGlobalAdministratorMsg)
		}
	}
	r.tenant.drop(o, r.now)
	r.tenant.roleTaken(o.str("principalId"), r.now)
	r.removed(o)
	return noContent()
}

func (r *request) listRoleDefinitions() reply {
	return r.many("roleManagement/directory/roleDefinitions", KindRoleDefinition, nil)
}

func (r *request) getRoleDefinition() reply {
	return r.plainGet("roleManagement/directory/roleDefinitions", KindRoleDefinition)
}

func (r *request) listUserRoles() reply { return r.rolesOf(r.userKey()) }

func (r *request) listPrincipalRoles() reply {
	o, bad := r.lookup(KindServicePrincipal)
	return r.rolesOf(o, bad)
}

// rolesOf lists the directory roles of a principal, through groups too; see
// https://learn.microsoft.com/graph/api/user-list-transitivememberof
func (r *request) rolesOf(o *object, bad *reply) reply {
	if bad != nil {
		return *bad
	}
	if (r.query.Has("$filter") || r.query.Has("$select")) && (r.header.Get("ConsistencyLevel") == "" || r.query.Get("$count") != "true") {
		return r.graphError(http.StatusBadRequest, "Request_UnsupportedQuery", "The specified filter or select on a cast needs ConsistencyLevel: eventual and $count=true.")
	}
	wids := r.tenant.directoryRolesOf(o.id)
	values := []map[string]any{}
	for _, d := range r.tenant.of(KindRoleDefinition).list(r.now, func(d *object) bool { return slices.Contains(wids, d.id) }) {
		values = append(values, map[string]any{
			"id": derivedID(r.tenant.id, "directoryRole", d.id), "roleTemplateId": d.id,
			"displayName": d.name, "description": d.name, "deletedDateTime": nil,
		})
	}
	return jsonReply(http.StatusOK, map[string]any{"@odata.context": r.base + "/v1.0/$metadata#directoryRoles", "value": values})
}
