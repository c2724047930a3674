package tenantsim

import "slices"

// properties are what $select accepts, per type, see the resource pages below
// https://learn.microsoft.com/graph/api/resources/
var properties = map[Kind][]string{
	KindServicePrincipal: {"id", "appId", "displayName", "appDisplayName", "accountEnabled", "appOwnerOrganizationId", "appRoleAssignmentRequired",
		"appRoles", "createdDateTime", "deletedDateTime", "servicePrincipalNames", "servicePrincipalType", "signInAudience", "tags", "oauth2PermissionScopes", "homepage"},
	KindApplication:       {"id", "appId", "displayName", "createdDateTime", "deletedDateTime", "signInAudience", "publisherDomain", "web", "passwordCredentials"},
	KindUser:              {"id", "userPrincipalName", "displayName", "accountEnabled", "mail", "userType", "createdDateTime", "deletedDateTime", "onPremisesSyncEnabled", "assignedLicenses"},
	KindGroup:             {"id", "displayName", "description", "groupTypes", "mail", "mailNickname", "mailEnabled", "securityEnabled", "createdDateTime", "deletedDateTime", "visibility", "isAssignableToRole", "onPremisesSyncEnabled", "resourceProvisioningOptions"},
	KindPermissionGrant:   {"id", "clientId", "consentType", "principalId", "resourceId", "scope"},
	KindAppRoleAssignment: {"id", "appRoleId", "principalId", "principalDisplayName", "principalType", "resourceId", "resourceDisplayName", "createdDateTime", "deletedDateTime"},
	KindRoleAssignment:    {"id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId"},
	KindRoleDefinition:    {"id", "templateId", "displayName", "description", "isBuiltIn", "isEnabled", "version"},
	KindOrganization:      {"id", "displayName", "verifiedDomains", "createdDateTime", "countryLetterCode", "tenantType"},
	KindMailFolder:        {"id", "displayName", "parentFolderId", "childFolderCount", "unreadItemCount", "totalItemCount", "isHidden"},
	KindTeamsApp:          {"id", "externalId", "displayName", "distributionMethod"},
	KindInstallation:      {"id", "teamsApp", "teamsAppDefinition"},
	KindChat:              {"id", "topic", "chatType", "createdDateTime", "lastUpdatedDateTime", "webUrl", "tenantId", "members"},
	KindSite:              {"id", "name", "displayName", "webUrl", "isPersonalSite", "createdDateTime", "siteCollection", "description"},
	KindDomain:            {"id", "isDefault", "isInitial", "isVerified", "isRoot", "authenticationType", "supportedServices"},
}

// filterable are the properties $filter accepts without advanced query
// capabilities, see https://learn.microsoft.com/graph/aad-advanced-queries
var filterable = map[Kind][]string{
	KindServicePrincipal:  {"id", "appId", "displayName", "accountEnabled", "servicePrincipalType", "appOwnerOrganizationId", "servicePrincipalNames", "tags"},
	KindApplication:       {"id", "appId", "displayName", "createdDateTime"},
	KindUser:              {"id", "userPrincipalName", "displayName", "accountEnabled", "mail", "userType"},
	KindGroup:             {"id", "displayName", "mail", "mailNickname", "mailEnabled", "securityEnabled", "groupTypes", "resourceProvisioningOptions"},
	KindPermissionGrant:   {"clientId", "consentType", "principalId", "resourceId"},
	KindAppRoleAssignment: {"appRoleId", "principalId", "resourceId", "principalDisplayName"},
	KindRoleAssignment:    {"id", "principalId", "roleDefinitionId", "directoryScopeId"},
	KindRoleDefinition:    {"id", "displayName", "isBuiltIn", "templateId"},
	KindMailFolder:        {"displayName", "isHidden", "totalItemCount"},
	KindTeamsApp:          {"id", "externalId", "displayName", "distributionMethod"},
	KindInstallation:      {"teamsApp/id", "teamsApp/externalId", "teamsApp/displayName", "teamsApp/distributionMethod"},
	KindChat:              {"topic", "chatType"},

	KindWeb:           {"Id", "Title", "Url"},
	KindList:          {"Id", "Title", "Hidden", "BaseTemplate", "BaseType"},
	KindSiteUser:      {"Id", "Title", "LoginName", "Email", "IsSiteAdmin", "PrincipalType"},
	KindEventReceiver: {"ReceiverId", "ReceiverName", "ReceiverUrl", "EventType"},
}

func mayFilter(k Kind, property string) bool { return slices.Contains(filterable[k], property) }
