package tenantsim

import "maps"

func (b *builder) exchange() {
	x := &b.f.Exchange
	for i, o := range x.TransportRules {
		state := map[bool]string{false: "Enabled", true: "Disabled"}[o.Disabled]
		props := map[string]any{"State": state, "Mode": "Enforce", "Priority": i}
		if o.OutboundConnector != "" {
			props["RouteMessageOutboundConnector"] = o.OutboundConnector
		}
		b.exo(KindTransportRule, o.ID, o.Name, props, o.Properties)
	}
	for _, o := range x.InboundConnectors {
		b.exo(KindInboundConnector, o.ID, o.Name, map[string]any{
			"Enabled": !o.Disabled, "ConnectorType": "Partner", "ConnectorSource": "Default", "RequireTls": true,
			"SenderIPAddresses": list(o.SenderIPAddresses), "SenderDomains": list(o.SenderDomains)}, o.Properties)
	}
	for _, o := range x.OutboundConnectors {
		b.exo(KindOutboundConnector, o.ID, o.Name, map[string]any{
			"Enabled": !o.Disabled, "ConnectorType": "Partner", "ConnectorSource": "Default", "UseMXRecord": len(o.SmartHosts) == 0,
			"SmartHosts": list(o.SmartHosts), "RecipientDomains": []string{}, "IsTransportRuleScoped": o.RuleScoped, "TestMode": o.TestMode}, o.Properties)
	}
	for _, o := range x.SpoofItems {
		kind, action := o.SpoofType, o.Action
		if kind == "" {
			kind = "External"
		}
		if action == "" {
			action = "Allow"
		}
		b.put(spoofObject(b.id(o.ID, KindSpoofItem, o.SpoofedUser, o.SendingInfrastructure, kind), o.SpoofedUser, o.SendingInfrastructure, kind, action))
	}
	b.journalRules(x)
	b.policies(x)
	b.recipients(x)
}

func (b *builder) exo(k Kind, id, name string, props, more map[string]any) {
	maps.Copy(props, more)
	b.put(exchangeObject(k, b.id(id, k, name), name, props, zeroTime))
}

// list never is null on the wire.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func (b *builder) policies(x *ExchangeOrg) {
	filters := x.ConnectionFilters
	if len(filters) == 0 {
		filters = []ConnectionFilter{{}}
	}
	for _, o := range filters {
		name := o.Name
		if name == "" {
			name = "Default"
		}
		b.exo(KindConnectionFilterPolicy, "", name, map[string]any{
			"IPAllowList": list(o.IPAllowList), "IPBlockList": list(o.IPBlockList), "EnableSafeList": false, "IsDefault": name == "Default"}, nil)
	}
	for i, d := range b.t.domains {
		b.exo(KindAcceptedDomain, "", d, map[string]any{"DomainName": d, "DomainType": "Authoritative", "Default": i == 0, "InitialDomain": i == 0}, nil)
	}
	for _, o := range x.RoleGroups {
		b.exo(KindRoleGroup, o.ID, o.Name, map[string]any{"Roles": list(o.Roles), "Members": list(o.Members), "_builtIn": o.BuiltIn}, nil)
		for _, role := range o.Roles {
			b.managementRole("", role+"-"+o.Name, role, o.Name, "RoleGroup")
		}
	}
	for _, o := range x.RoleAssignments {
		b.managementRole(o.ID, o.Name, o.Role, o.Assignee, "User")
	}
}

func (b *builder) managementRole(id, name, role, assignee, kind string) {
	b.exo(KindManagementRoleAssignment, id, name, map[string]any{"Role": role, "RoleAssignee": assignee, "RoleAssigneeName": assignee, "RoleAssigneeType": kind, "Enabled": true}, nil)
}

func (b *builder) recipients(x *ExchangeOrg) {
	for _, o := range x.DynamicDistributionGroups {
		b.exo(KindDynamicDistributionGroup, o.ID, o.Name, map[string]any{
			"PrimarySmtpAddress": o.Mail, "RecipientTypeDetails": "DynamicDistributionGroup", "RecipientFilter": "(RecipientType -eq 'UserMailbox')"}, o.Properties)
	}
	for _, o := range x.Mailboxes {
		kind := o.Type
		if kind == "" {
			kind = "UserMailbox"
		}
		id := b.id(o.ID, KindMailbox, o.Address)
		b.put(exchangeObject(KindMailbox, id, o.Name, map[string]any{
			"PrimarySmtpAddress": o.Address, "UserPrincipalName": o.Address, "RecipientTypeDetails": kind, "ExternalDirectoryObjectId": id, "Alias": o.Name}, zeroTime))
	}
}
