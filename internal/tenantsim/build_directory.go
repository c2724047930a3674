package tenantsim

import (
	"fmt"
	"strings"
)

func (b *builder) usersAndGroups() {
	for i := range b.f.Users {
		u := &b.f.Users[i]
		id := b.id(u.ID, KindUser, u.UserPrincipalName)
		b.put(&object{kind: KindUser, id: id, name: u.UserPrincipalName, props: map[string]any{
			"id": id, "userPrincipalName": u.UserPrincipalName, "displayName": u.DisplayName, "mail": u.mail(), "userType": u.userType(),
			"accountEnabled": !u.Disabled, "onPremisesSyncEnabled": u.synced(), "createdDateTime": created(u.Created)}}, u.UserPrincipalName)
		b.t.upns[fold(u.UserPrincipalName)] = id
	}
	for i := range b.f.Groups {
		g := b.f.Groups[i]
		at := fmt.Sprintf("groups[%d].", i)
		g.ID = b.id(g.ID, KindGroup, g.DisplayName)
		g.Members = b.referAll(at+"members", g.Members)
		g.ManagedBy = b.referAll(at+"managedBy", g.ManagedBy)
		b.put(groupObject(b.t.id, &g))
	}
}

func (b *builder) referAll(field string, names []string) []string {
	var ids []string
	for _, n := range names {
		ids = append(ids, b.refer(field, n))
	}
	return ids
}

func groupObject(tenantID string, g *Group) *object {
	types := []string{}
	if g.Kind == GroupMicrosoft365 {
		types = append(types, "Unified")
	}
	nick := strings.ReplaceAll(g.DisplayName, " ", "")
	mail := g.Mail
	if mail == "" && g.Kind != GroupSecurity {
		mail = strings.ToLower(nick) + "@" + tenantID[:8] + ".onmicrosoft.com"
	}
	return &object{kind: KindGroup, id: g.ID, name: g.DisplayName, props: map[string]any{
		"id": g.ID, "displayName": g.DisplayName, "description": nil, "groupTypes": types, "mail": mail, "mailNickname": nick,
		"mailEnabled": g.Kind != GroupSecurity, "securityEnabled": g.Kind == GroupSecurity || g.Kind == GroupMailEnabledSecurity,
		"createdDateTime": created(g.Created), "deletedDateTime": nil, "visibility": "Private", "resourceProvisioningOptions": g.provisioned(),
		membersKey: g.Members, ownersKey: g.ManagedBy}}
}

func (b *builder) consents() {
	for i, a := range b.f.AppRoleAssignments {
		at := fmt.Sprintf("appRoleAssignments[%d].", i)
		principal, resource := b.refer(at+"principal", a.Principal), b.refer(at+"resource", a.Resource)
		res, _ := b.t.of(KindServicePrincipal).get(resource)
		if res == nil {
			continue
		}
		role := appRoleID(res.str("appId"), a.Role)
		if role == "" {
			b.fault(fmt.Errorf("fixture: %srole: %s has no permission %q", at, res.name, a.Role))
		}
		who, _ := b.t.nameOf(principal)
		if who == nil {
			continue
		}
		kind := map[Kind]string{KindServicePrincipal: "ServicePrincipal", KindUser: "User", KindGroup: "Group"}[who.kind]
		id := b.id(a.ID, KindAppRoleAssignment, principal, resource, a.Role)
		b.put(&object{kind: KindAppRoleAssignment, id: id, name: who.name + " → " + a.Role, props: map[string]any{
			"id": id, "appRoleId": role, "principalId": principal, "principalDisplayName": who.name, "principalType": kind,
			"resourceId": resource, "resourceDisplayName": res.name, "createdDateTime": created(zeroTime), "deletedDateTime": nil}})
	}
	for i, g := range b.f.PermissionGrants {
		at := fmt.Sprintf("permissionGrants[%d].", i)
		client, resource := b.refer(at+"client", g.Client), b.refer(at+"resource", g.Resource)
		consent, user := "AllPrincipals", any(nil)
		if g.User != "" {
			consent, user = "Principal", b.refer(at+"user", g.User)
		}
		id := b.id(g.ID, KindPermissionGrant, client, resource, g.User)
		b.put(&object{kind: KindPermissionGrant, id: id, name: g.Scope, props: map[string]any{
			"id": id, "clientId": client, "consentType": consent, "principalId": user, "resourceId": resource, "scope": g.Scope}})
	}
	for i, a := range b.f.RoleAssignments {
		at := fmt.Sprintf("roleAssignments[%d].", i)
		principal := b.refer(at+"principal", a.Principal)
		if _, ok := b.t.of(KindRoleDefinition).get(a.Role); !ok {
			b.fault(fmt.Errorf("fixture: %srole: there is no directory role %q", at, a.Role))
		}
		id := b.id(a.ID, KindRoleAssignment, principal, a.Role)
		b.put(&object{kind: KindRoleAssignment, id: id, name: a.Role, props: map[string]any{
			"id": id, "principalId": principal, "roleDefinitionId": a.Role, "directoryScopeId": "/"}})
	}
}

func (b *builder) product() {
	for _, a := range b.f.Product.Accounts {
		id := b.id(a.ID, KindProductAccount, a.Service, a.AppID)
		b.put(&object{kind: KindProductAccount, id: id, name: a.Service, props: map[string]any{
			"id": id, "tenantId": b.t.id, "service": a.Service, "kind": a.Kind, "appId": a.AppID, "state": accountActive}})
	}
}
