package tenantsim

import (
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"
)

// Fixture describes one tenant as it is at the start. Ids may be left out: they
// are then derived from the tenant's id and the object's name, so that they
// are the same in every run. Where an object refers to a principal, an object
// id, an App Id or a user principal name may stand.
type Fixture struct {
	Tenant    TenantInfo `yaml:"tenant"`
	Behaviour *Behaviour `yaml:"behaviour"` // nil: that of Options

	ServicePrincipals  []ServicePrincipal  `yaml:"servicePrincipals"`
	Applications       []Application       `yaml:"applications"`
	Users              []User              `yaml:"users"`
	Groups             []Group             `yaml:"groups"`
	AppRoleAssignments []AppRoleAssignment `yaml:"appRoleAssignments"`
	PermissionGrants   []PermissionGrant   `yaml:"permissionGrants"`
	RoleAssignments    []RoleAssignment    `yaml:"roleAssignments"`
	Exchange           ExchangeOrg         `yaml:"exchange"`
	Mail               Mail                `yaml:"mail"`
	Teams              Teams               `yaml:"teams"`
	Sites              []Site              `yaml:"sites"`
	Subscriptions      []Subscription      `yaml:"subscriptions"`
	SharePoint         SharePoint          `yaml:"sharePoint"`
	Product            Product             `yaml:"product"`
}

// TenantInfo names the tenant. The first domain is the initial one.
type TenantInfo struct {
	ID          string   `yaml:"id"`
	DisplayName string   `yaml:"displayName"`
	Domains     []string `yaml:"domains"`
}

// ServicePrincipal is an enterprise application. Secrets and Certificates (PEM)
// are what its app may sign in with in this tenant.
type ServicePrincipal struct {
	ID           string    `yaml:"id"`
	AppID        string    `yaml:"appId"`
	DisplayName  string    `yaml:"displayName"`
	Type         string    `yaml:"type"` // "" is Application
	OwnerTenant  string    `yaml:"ownerTenant"`
	Disabled     bool      `yaml:"disabled"`
	Created      time.Time `yaml:"created"`
	Owners       []string  `yaml:"owners"`
	Secrets      []string  `yaml:"secrets"`
	Certificates []string  `yaml:"certificates"`
}

// Application is an app registration whose home is this tenant. SecretNames
// are the display names of its client secrets; their values never come back.
type Application struct {
	ID           string    `yaml:"id"`
	AppID        string    `yaml:"appId"`
	DisplayName  string    `yaml:"displayName"`
	RedirectURIs []string  `yaml:"redirectUris"`
	SecretNames  []string  `yaml:"secretNames"`
	Created      time.Time `yaml:"created"`
}

// User is a member of the tenant, or a guest. It has a mailbox if one of
// exchange.mailboxes has its address or user principal name.
type User struct {
	ID                string    `yaml:"id"`
	UserPrincipalName string    `yaml:"userPrincipalName"`
	DisplayName       string    `yaml:"displayName"`
	Mail              string    `yaml:"mail"` // "" is the user principal name, [NoMail] is no address
	Guest             bool      `yaml:"guest"`
	Disabled          bool      `yaml:"disabled"`
	OnPremises        bool      `yaml:"onPremises"` // synchronised from a domain: the cloud changes nothing
	Created           time.Time `yaml:"created"`
}

// GroupKind tells how a group is made and who may remove it.
type GroupKind string

// The kinds of group, see https://learn.microsoft.com/graph/api/resources/groups-overview
const (
	GroupMicrosoft365        GroupKind = "microsoft365"
	GroupSecurity            GroupKind = "security"
	GroupDistribution        GroupKind = "distribution"
	GroupMailEnabledSecurity GroupKind = "mailEnabledSecurity"
)

// Group is a group of the directory.
type Group struct {
	ID          string    `yaml:"id"`
	DisplayName string    `yaml:"displayName"`
	Kind        GroupKind `yaml:"kind"`
	Mail        string    `yaml:"mail"`
	Team        bool      `yaml:"team"` // Microsoft 365 groups only
	Members     []string  `yaml:"members"`
	ManagedBy   []string  `yaml:"managedBy"`
	Created     time.Time `yaml:"created"`
}

// AppRoleAssignment grants an application permission. Resource is graph,
// exchange, sharepoint or an App Id; Role is the permission's name.
type AppRoleAssignment struct {
	ID        string `yaml:"id"`
	Principal string `yaml:"principal"`
	Resource  string `yaml:"resource"`
	Role      string `yaml:"role"`
}

// PermissionGrant is a delegated consent. User is empty for all users.
type PermissionGrant struct {
	ID       string `yaml:"id"`
	Client   string `yaml:"client"`
	Resource string `yaml:"resource"`
	Scope    string `yaml:"scope"`
	User     string `yaml:"user"`
}

// RoleAssignment gives a directory role, named by its template id.
type RoleAssignment struct {
	ID        string `yaml:"id"`
	Principal string `yaml:"principal"`
	Role      string `yaml:"role"`
}

// Product is the tenant's part of the vendor's console.
type Product struct {
	// Secret signs the removal hooks: whsec_ and base64, or any text.
	Secret   string           `yaml:"secret"`
	Accounts []ProductAccount `yaml:"accounts"`
}

// ProductAccount is a service account at the vendor.
type ProductAccount struct {
	ID      string `yaml:"id"`
	Service string `yaml:"service"`
	Kind    string `yaml:"kind"` // authorized or delegate
	AppID   string `yaml:"appId"`
}

// ParseFixture reads a fixture from YAML. Unknown fields are errors; the error
// shows the line.
func ParseFixture(text []byte) (*Fixture, error) {
	var f Fixture
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("fixture: %w", err)
	}
	return &f, f.Validate()
}

// LoadFixture reads a fixture from a YAML file.
func LoadFixture(path string) (*Fixture, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("fixture: %w", err)
	}
	return ParseFixture(text)
}
