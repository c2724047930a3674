package tenantsim

// ExchangeOrg is the tenant's Exchange organization. Properties are further
// wire properties of an object, such as SenderIpRanges.
type ExchangeOrg struct {
	TransportRules            []TransportRule            `yaml:"transportRules"`
	InboundConnectors         []InboundConnector         `yaml:"inboundConnectors"`
	OutboundConnectors        []OutboundConnector        `yaml:"outboundConnectors"`
	SpoofItems                []SpoofItem                `yaml:"spoofItems"`
	JournalRules              []JournalRule              `yaml:"journalRules"`
	ConnectionFilters         []ConnectionFilter         `yaml:"connectionFilters"` // none: an empty Default
	DynamicDistributionGroups []DynamicGroup             `yaml:"dynamicDistributionGroups"`
	RoleGroups                []RoleGroup                `yaml:"roleGroups"`
	RoleAssignments           []ManagementRoleAssignment `yaml:"roleAssignments"`
	Mailboxes                 []Mailbox                  `yaml:"mailboxes"`
}

// TransportRule is a mail flow rule. The order of the list is the priority.
type TransportRule struct {
	ID                string         `yaml:"id"`
	Name              string         `yaml:"name"`
	Disabled          bool           `yaml:"disabled"`
	OutboundConnector string         `yaml:"outboundConnector"` // its name
	Properties        map[string]any `yaml:"properties"`
}

// InboundConnector takes mail from a partner.
type InboundConnector struct {
	ID                string         `yaml:"id"`
	Name              string         `yaml:"name"`
	Disabled          bool           `yaml:"disabled"`
	SenderIPAddresses []string       `yaml:"senderIPAddresses"`
	SenderDomains     []string       `yaml:"senderDomains"`
	Properties        map[string]any `yaml:"properties"`
}

// OutboundConnector hands mail to a partner.
type OutboundConnector struct {
	ID         string         `yaml:"id"`
	Name       string         `yaml:"name"`
	Disabled   bool           `yaml:"disabled"`
	SmartHosts []string       `yaml:"smartHosts"`
	RuleScoped bool           `yaml:"ruleScoped"` // only transport rules use it
	TestMode   bool           `yaml:"testMode"`
	Properties map[string]any `yaml:"properties"`
}

// SpoofItem is a pair of the Tenant Allow/Block List.
type SpoofItem struct {
	ID                    string `yaml:"id"`
	SpoofedUser           string `yaml:"spoofedUser"`
	SendingInfrastructure string `yaml:"sendingInfrastructure"`
	SpoofType             string `yaml:"spoofType"` // "" is External
	Action                string `yaml:"action"`    // "" is Allow
}

// ConnectionFilter is a connection filter policy.
type ConnectionFilter struct {
	Name        string   `yaml:"name"` // "" is Default
	IPAllowList []string `yaml:"ipAllowList"`
	IPBlockList []string `yaml:"ipBlockList"`
}

// DynamicGroup is a dynamic distribution group.
type DynamicGroup struct {
	ID         string         `yaml:"id"`
	Name       string         `yaml:"name"`
	Mail       string         `yaml:"mail"`
	Properties map[string]any `yaml:"properties"`
}

// RoleGroup is a role group of Exchange's own permissions.
type RoleGroup struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Roles   []string `yaml:"roles"`
	Members []string `yaml:"members"`
	BuiltIn bool     `yaml:"builtIn"`
}

// ManagementRoleAssignment gives an Exchange role to an assignee. Those of role
// groups are made by themselves.
type ManagementRoleAssignment struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	Role     string `yaml:"role"`
	Assignee string `yaml:"assignee"`
}

// Mailbox is a mailbox.
type Mailbox struct {
	ID      string `yaml:"id"`
	Name    string `yaml:"name"`
	Address string `yaml:"address"`
	Type    string `yaml:"type"` // "" is UserMailbox
}
