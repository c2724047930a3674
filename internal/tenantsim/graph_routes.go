package tenantsim

import "slices"

// Permissions that open a group of operations. The lists are the "least
// privileged" and "higher privileged" application permissions of each page of
// https://learn.microsoft.com/graph/api/overview, as also published in
// https://github.com/microsoftgraph/microsoft-graph-devx-content/blob/dev/permissions/new/permissions.json
var (
	// https://learn.microsoft.com/graph/api/serviceprincipal-list, application-list
	readApps = []string{"Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/serviceprincipal-delete, serviceprincipal-update
	writePrincipals = []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/application-delete: Directory.ReadWrite.All is not enough
	writeApps = []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignments
	writeAppRoles = []string{"AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/oauth2permissiongrant-list
	readGrants = []string{"Directory.Read.All", "DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete
	writeGrants = []string{"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
	readRoles = []string{"RoleManagement.Read.Directory", "RoleManagement.Read.All", "Directory.Read.All", "RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/unifiedroleassignment-delete
	writeRoles = []string{"RoleManagement.ReadWrite.Directory"}
	// https://learn.microsoft.com/graph/api/user-get
	readUsers = []string{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/user-list-transitivememberof
	readMemberships = []string{"User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/user-update, accountEnabled alone
	enableUsers = []string{"User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/user-delete
	deleteUsers = []string{"User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/group-list
	readGroups = []string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/group-delete
	writeGroups = []string{"Group.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/organization-list
	readOrganization = []string{"Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/domain-list
	readDomains = []string{"Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/directory-deleteditems-list: judged by the type of the item
	anyToken []string
)

// graphRoutes lists every operation of Graph v1.0 that the simulator serves,
// the permission it needs and its price in resource units.
func graphRoutes() []route {
	return slices.Concat(principalRoutes(), directoryRoutes(), mailRoutes(), teamsRoutes(), siteRoutes(), subscriptionRoutes())
}

func principalRoutes() []route {
	return []route{
		{method: "GET", pattern: "/servicePrincipals", roles: readApps, handle: (*request).listPrincipals},
		{method: "GET", pattern: "/servicePrincipals/{id}", roles: readApps, handle: (*request).getPrincipal},
		{method: "PATCH", pattern: "/servicePrincipals/{id}", roles: writePrincipals, handle: (*request).patchPrincipal},
		{method: "DELETE", pattern: "/servicePrincipals/{id}", roles: writePrincipals, handle: (*request).deletePrincipal},
		{method: "GET", pattern: "/servicePrincipals/{id}/appRoleAssignments", roles: readApps, cost: 2, handle: (*request).listAppRoles},
		{method: "GET", pattern: "/servicePrincipals/{id}/appRoleAssignments/{child}", roles: readApps, cost: 2, handle: (*request).getAppRole},
		{method: "DELETE", pattern: "/servicePrincipals/{id}/appRoleAssignments/{child}", roles: writeAppRoles, handle: (*request).deleteAppRole},
		{method: "GET", pattern: "/servicePrincipals/{id}/appRoleAssignedTo", roles: readApps, cost: 2, handle: (*request).listAppRoleHolders},
		{method: "GET", pattern: "/servicePrincipals/{id}/appRoleAssignedTo/{child}", roles: readApps, cost: 2, handle: (*request).getAppRoleHolder},
		{method: "DELETE", pattern: "/servicePrincipals/{id}/appRoleAssignedTo/{child}", roles: writeAppRoles, handle: (*request).deleteAppRoleHolder},
		{method: "GET", pattern: "/servicePrincipals/{id}/oauth2PermissionGrants", roles: readGrants, cost: 2, handle: (*request).listPrincipalGrants},
		{method: "GET", pattern: "/servicePrincipals/{id}/transitiveMemberOf/microsoft.graph.directoryRole", roles: readApps, cost: 5, handle: (*request).listPrincipalRoles},
		{method: "GET", pattern: "/oauth2PermissionGrants", roles: readGrants, cost: 2, handle: (*request).listGrants},
		{method: "GET", pattern: "/oauth2PermissionGrants/{id}", roles: readGrants, cost: 2, handle: (*request).getGrant},
		{method: "DELETE", pattern: "/oauth2PermissionGrants/{id}", roles: writeGrants, handle: (*request).deleteGrant},
		{method: "GET", pattern: "/applications", roles: readApps, cost: 2, handle: (*request).listApplications},
		{method: "GET", pattern: "/applications/{id}", roles: readApps, cost: 2, handle: (*request).getApplication},
		{method: "DELETE", pattern: "/applications/{id}", roles: writeApps, handle: (*request).deleteApplication},
	}
}

func directoryRoutes() []route {
	return []route{
		{method: "GET", pattern: "/roleManagement/directory/roleAssignments", roles: readRoles, handle: (*request).listRoleAssignments},
		{method: "GET", pattern: "/roleManagement/directory/roleAssignments/{id}", roles: readRoles, handle: (*request).getRoleAssignment},
		{method: "DELETE", pattern: "/roleManagement/directory/roleAssignments/{id}", roles: writeRoles, handle: (*request).deleteRoleAssignment},
		{method: "GET", pattern: "/roleManagement/directory/roleDefinitions", roles: readRoles, handle: (*request).listRoleDefinitions},
		{method: "GET", pattern: "/roleManagement/directory/roleDefinitions/{id}", roles: readRoles, handle: (*request).getRoleDefinition},
		{method: "GET", pattern: "/users", roles: readUsers, cost: 2, handle: (*request).listUsers},
		{method: "GET", pattern: "/users/{id}", roles: readUsers, cost: 2, handle: (*request).getUser},
		{method: "PATCH", pattern: "/users/{id}", roles: enableUsers, handle: (*request).patchUser},
		{method: "DELETE", pattern: "/users/{id}", roles: deleteUsers, handle: (*request).deleteUser},
		{method: "GET", pattern: "/users/{id}/transitiveMemberOf/microsoft.graph.directoryRole", roles: readMemberships, cost: 5, handle: (*request).listUserRoles},
		{method: "GET", pattern: "/users/{id}/transitiveMemberOf/graph.directoryRole", roles: readMemberships, cost: 5, handle: (*request).listUserRoles},
		{method: "GET", pattern: "/groups", roles: readGroups, handle: (*request).listGroups},
		{method: "GET", pattern: "/groups/{id}", roles: readGroups, handle: (*request).getGroup},
		{method: "GET", pattern: "/groups/{id}/members", roles: readGroups, cost: 3, handle: (*request).listGroupMembers},
		{method: "DELETE", pattern: "/groups/{id}", roles: writeGroups, handle: (*request).deleteGroup},
		{method: "GET", pattern: "/directory/deletedItems/{id}", roles: anyToken, handle: (*request).deletedItems},
		{method: "DELETE", pattern: "/directory/deletedItems/{id}", roles: anyToken, handle: (*request).purgeDeleted},
		{method: "POST", pattern: "/directory/deletedItems/{id}/restore", roles: anyToken, handle: (*request).restoreDeleted},
		{method: "GET", pattern: "/organization", roles: readOrganization, handle: (*request).listOrganization},
		{method: "GET", pattern: "/organization/{id}", roles: readOrganization, handle: (*request).getOrganization},
		{method: "GET", pattern: "/domains", roles: readDomains, handle: (*request).listDomains},
		{method: "GET", pattern: "/domains/{id}", roles: readDomains, handle: (*request).getDomain},
		{method: "POST", pattern: "/$batch", roles: anyToken, handle: (*request).batch},
	}
}
