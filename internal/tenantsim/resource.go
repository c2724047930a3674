package tenantsim

import "net/url"

// App Ids of the resources that tokens are made for; see
// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
const (
	GraphAppID      = "00000003-0000-0000-c000-000000000000"
	ExchangeAppID   = "00000002-0000-0ff1-ce00-000000000000"
	SharePointAppID = "00000003-0000-0ff1-ce00-000000000000"
)

// MicrosoftTenantID owns Microsoft's own apps in every tenant
// (appOwnerOrganizationId).
const MicrosoftTenantID = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

var resourceHosts = map[string]string{
	"graph.microsoft.com":                  GraphAppID,
	"graph.microsoft.us":                   GraphAppID,
	"dod-graph.microsoft.us":               GraphAppID,
	"microsoftgraph.chinacloudapi.cn":      GraphAppID,
	"outlook.office365.com":                ExchangeAppID,
	"outlook.office365.cn":                 ExchangeAppID,
	"outlook.office365.us":                 ExchangeAppID,
	"outlook-dod.office365.us":             ExchangeAppID,
	"ps.compliance.protection.outlook.com": ExchangeAppID,
}

// resourceOf finds the App Id behind a resource name: an App Id, or a URL of
// one of the service's hosts. Unknown names give "".
func resourceOf(name string) string {
	switch name {
	case GraphAppID, ExchangeAppID, SharePointAppID:
		return name
	}
	u, err := url.Parse(name)
	if err != nil || u.Scheme != "https" {
		return ""
	}
	if id := resourceHosts[u.Host]; id != "" {
		return id
	}
	if _, ok := sharePointHost(u.Host); ok {
		return SharePointAppID
	}
	return ""
}

// appRole is an application permission that a resource defines.
type appRole struct{ value, id string }

// appRoleTable lists the permissions that the simulated services know, with
// the ids of https://learn.microsoft.com/graph/permissions-reference
var appRoleTable = map[string][]appRole{
	GraphAppID: append([]appRole{
		{"Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"},
		{"Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"},
		{"Application.ReadWrite.OwnedBy", "18a4783c-866b-4cc7-a460-3d5e5662c884"},
		{"AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f"},
		{"DelegatedPermissionGrant.Read.All", "81b4724a-58aa-41c1-8a55-84ef97466587"},
		{"DelegatedPermissionGrant.ReadWrite.All", "8e8e4742-1d95-4f68-9d56-6ee75648c72a"},
		{"Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"},
		{"Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"},
		{"Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"},
		{"Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"},
		{"Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09"},
		{"GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"},
		{"Mail.ReadWrite", "e2a3a72e-5f79-4c64-b1b1-878b674786c9"},
		{"Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"},
		{"RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"},
		{"RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"},
		{"Sites.FullControl.All", "a82116e5-55eb-4c41-a434-62fe8a61c773"},
		{"User.DeleteRestore.All", "eccc023d-eccf-4e7b-9683-8813ab36cecc"},
		{"User.EnableDisableAccount.All", "3011c876-62b7-4ada-afa2-506cbbecc68c"},
		{"User.Read.All", "df021288-bdef-4463-88db-98f22de89214"},
		{"User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"},
	}, serviceRoles...),
	ExchangeAppID: {
		{"Exchange.ManageAsApp", "dc50a0fb-09a3-484d-be87-e023b12c6440"},
		{"full_access_as_app", "dc890d15-9560-4a4c-9b7f-a736ec74ec40"},
	},
	SharePointAppID: {
		{"Sites.FullControl.All", "678536fe-1083-478a-9c59-b99265e6b0d3"},
		{"Sites.Read.All", "d13f72ca-a275-4b96-b789-48ebcc4da984"},
	},
}

func appRoleID(resource, value string) string {
	for _, r := range appRoleTable[resource] {
		if r.value == value {
			return r.id
		}
	}
	return ""
}
