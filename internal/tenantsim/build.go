package tenantsim

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

var zeroTime time.Time

// builder turns a fixture into a tenant.
type builder struct {
	t      *tenant
	f      *Fixture
	faults []error
	names  map[string]string // what a fixture may call a principal → object id
}

func (s *Sim) build(f *Fixture) (*tenant, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	t := &tenant{
		id: strings.ToLower(f.Tenant.ID), name: f.Tenant.DisplayName, domains: f.Tenant.Domains,
		objects: map[Kind]*collection{}, bin: &recycleBin{}, creds: map[string]*credentials{},
		hooks: &hookDesk{key: hookKey(f.Product.Secret), done: map[string]reply{}}, upns: map[string]string{}, mail: &postOffice{},
	}
	behaviour := s.opts.Behaviour
	if f.Behaviour != nil {
		behaviour = *f.Behaviour
	}
	t.behaviour.Store(&behaviour)
	for _, k := range allKinds {
		t.objects[k] = newCollection()
	}
	b := &builder{t: t, f: f, names: map[string]string{}}
	b.organization()
	b.principals()
	b.usersAndGroups()
	b.consents()
	b.exchange()
	b.sharePoint()
	b.product()
	b.services()
	t.origin = map[Kind][]*object{}
	for _, k := range allKinds {
		t.origin[k] = t.of(k).all(nil)
	}
	return t, errors.Join(b.faults...)
}

func (b *builder) put(o *object, callNames ...string) {
	b.t.of(o.kind).add(o, nil)
	for _, n := range append(callNames, o.id) {
		b.names[fold(n)] = o.id
	}
}

// id keeps a given id, or derives one.
func (b *builder) id(given string, k Kind, words ...string) string {
	if given != "" {
		return strings.ToLower(given)
	}
	return derivedID(append([]string{b.t.id, string(k)}, words...)...)
}

func (b *builder) organization() {
	var verified []any
	for i, d := range b.t.domains {
		verified = append(verified, map[string]any{"name": d, "isDefault": i == 0, "isInitial": i == 0, "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline"})
		b.put(&object{kind: KindDomain, id: d, name: d, props: map[string]any{
			"id": d, "isDefault": i == 0, "isInitial": i == 0, "isVerified": true, "isRoot": true, "authenticationType": "Managed", "supportedServices": []string{"Email"}}})
	}
	b.put(&object{kind: KindOrganization, id: b.t.id, name: b.t.name, props: map[string]any{
		"id": b.t.id, "displayName": b.t.name, "verifiedDomains": verified, "tenantType": "AAD", "countryLetterCode": "US"}})
	for _, r := range roleNames {
		b.put(&object{kind: KindRoleDefinition, id: r[0], name: r[1], props: map[string]any{
			"id": r[0], "templateId": r[0], "displayName": r[1], "description": r[1], "isBuiltIn": true, "isEnabled": true, "version": "1"}})
	}
}

var microsoftApps = []ServicePrincipal{
	{AppID: GraphAppID, DisplayName: "Microsoft Graph", OwnerTenant: MicrosoftTenantID},
	{AppID: ExchangeAppID, DisplayName: "Office 365 Exchange Online", OwnerTenant: MicrosoftTenantID},
	{AppID: SharePointAppID, DisplayName: "Office 365 SharePoint Online", OwnerTenant: MicrosoftTenantID},
}

func (b *builder) principals() {
	for _, sp := range microsoftApps {
		b.principal(&sp)
	}
	for i := range b.f.ServicePrincipals {
		sp := &b.f.ServicePrincipals[i]
		b.principal(sp)
		c := &credentials{secrets: sp.Secrets}
		for _, text := range sp.Certificates {
			key, err := parseCertificate(text)
			b.fault(err)
			c.keys = append(c.keys, *key)
		}
		b.t.creds[fold(sp.AppID)] = c
	}
	for _, a := range b.f.Applications {
		id := b.id(a.ID, KindApplication, a.AppID)
		b.put(&object{kind: KindApplication, id: id, name: a.DisplayName, props: map[string]any{
			"id": id, "appId": strings.ToLower(a.AppID), "displayName": a.DisplayName, "createdDateTime": created(a.Created), "signInAudience": "AzureADMyOrg",
			"web": map[string]any{"redirectUris": list(a.RedirectURIs)}, "passwordCredentials": b.passwords(&a)}})
	}
}

func (b *builder) principal(sp *ServicePrincipal) {
	id := b.id(sp.ID, KindServicePrincipal, sp.AppID)
	kind, owner := sp.Type, sp.OwnerTenant
	if kind == "" {
		kind = "Application"
	}
	if owner == "" {
		owner = b.t.id
	}
	roles := []any{}
	for _, r := range appRoleTable[sp.AppID] {
		roles = append(roles, map[string]any{"id": r.id, "value": r.value, "displayName": r.value, "isEnabled": true, "allowedMemberTypes": []string{"Application"}, "origin": "Application"})
	}
	b.put(&object{kind: KindServicePrincipal, id: id, name: sp.DisplayName, props: map[string]any{
		"id": id, "appId": strings.ToLower(sp.AppID), "displayName": sp.DisplayName, "appDisplayName": sp.DisplayName,
		"accountEnabled": !sp.Disabled, "appOwnerOrganizationId": owner, "servicePrincipalType": kind, "appRoles": roles,
		"createdDateTime": created(sp.Created), "servicePrincipalNames": []string{strings.ToLower(sp.AppID)}, "tags": []string{"WindowsAzureActiveDirectoryIntegratedApp"},
		"appRoleAssignmentRequired": false, "signInAudience": "AzureADMultipleOrgs", ownersKey: sp.Owners}}, sp.AppID)
}

func (b *builder) fault(err error) {
	if err != nil {
		b.faults = append(b.faults, err)
	}
}

// refer finds the id of a principal that a fixture names.
func (b *builder) refer(field, name string) string {
	if id, ok := map[string]string{"graph": GraphAppID, "exchange": ExchangeAppID, "sharepoint": SharePointAppID}[name]; ok {
		name = id
	}
	id, ok := b.names[fold(name)]
	if !ok {
		b.fault(fmt.Errorf("fixture: %s: there is no %q", field, name))
	}
	return id
}

// created writes a time; fixtures that give none get one long ago.
func created(t time.Time) string {
	if t.IsZero() {
		t = time.Date(2024, 3, 5, 9, 30, 0, 0, time.UTC)
	}
	return wireTime(t)
}

// exchangeObject has the properties that every object of Exchange has.
func exchangeObject(k Kind, id, name string, props map[string]any, at time.Time) *object {
	p := map[string]any{
		"Name": name, "Identity": name, "Id": name, "Guid": id, "DistinguishedName": "CN=" + name + ",CN=Configuration,DC=EXO,DC=COM",
		"ExchangeVersion": "0.20 (15.0.0.0)", "IsValid": true, "ObjectState": "Unchanged", "WhenCreated": created(at), "WhenChanged": created(at),
	}
	maps.Copy(p, props)
	return &object{kind: k, id: id, name: name, props: p}
}
