package config

import "github.com/deprovisioner/deprovisioner/pkg/deprovision"

// Tenant is a Microsoft 365 tenant that may be asked about, how to reach it, and what is allowed in it.
type Tenant struct {
	ID          string                `yaml:"id"`          // the tenant's GUID
	Cloud       string                `yaml:"cloud"`       // global, usgov, usgov-high, china, custom; empty means global
	Endpoints   Endpoints             `yaml:"endpoints"`   // for the cloud custom
	SharePoint  string                `yaml:"sharePoint"`  // host name of its sites, e.g. contoso.sharepoint.com; empty: SharePoint is not reached
	CAFile      string                `yaml:"caFile"`      // extra certificate authorities for its endpoints
	ActingApp   string                `yaml:"actingApp"`   // App Id that the worker signs in as; never removed
	Credential  string                `yaml:"credential"`  // the credential to use, a key of Credentials
	Credentials map[string]Credential `yaml:"credentials"` // by reference
	Product     Product               `yaml:"product"`
	Policy      Policy                `yaml:"policy"`
}

// Endpoints are the base addresses of a custom cloud: https, or http on loopback.
type Endpoints struct {
	Login      string `yaml:"login"`
	Graph      string `yaml:"graph"`
	Exchange   string `yaml:"exchange"`
	SharePoint string `yaml:"sharePoint"` // of the tenant's sites, e.g. http://127.0.0.1:8090/sharepoint/contoso; may be empty
}

// Credential is one way to sign in. Secrets are read from a variable or a file.
type Credential struct {
	Type            string `yaml:"type"`            // client-secret, certificate, workload-identity, managed-identity
	ClientID        string `yaml:"clientId"`        // App Id; may be empty for managed-identity (the system's own)
	SecretEnv       string `yaml:"secretEnv"`       // client-secret: name of the variable
	SecretFile      string `yaml:"secretFile"`      // client-secret: path of the file
	CertificateFile string `yaml:"certificateFile"` // certificate: PEM or PKCS #12 with the private key
	TokenFile       string `yaml:"tokenFile"`       // workload-identity: path of the projected token; empty means the platform's
}

// Product is the product's own console, reached by a signed hook. Without one that step is manual.
type Product struct {
	HookURL    string `yaml:"hookURL"`
	SecretEnv  string `yaml:"secretEnv"`
	SecretFile string `yaml:"secretFile"`
}

// Policy says what is allowed in a tenant. The zero Policy allows nothing that destroys.
type Policy struct {
	Askers         []string              `yaml:"askers"`         // who may ask, patterns with *; none means nobody
	ConfirmsItself bool                  `yaml:"confirmsItself"` // a plan needs no confirmation by a person; suspects stay all the same
	Drain          *deprovision.Duration `yaml:"drain"`          // how long mail may still return; empty means 24h
	ManualOwner    string                `yaml:"manualOwner"`    // who does what only a person can do
	ManualDue      deprovision.Duration  `yaml:"manualDue"`      // how long that may take, to 90 days; empty means no date
	Armed          bool                  `yaml:"armed"`          // destructive steps may run; false plans only
	Services       []deprovision.Service `yaml:"services"`       // whose service accounts may be removed; none means all
	Brake          Brake                 `yaml:"brake"`

	Deciders     []string                        `yaml:"deciders"`     // who may decide, patterns with *; none leaves it to the permissions of NATS
	SecondPerson bool                            `yaml:"secondPerson"` // who asked may not confirm, approve or force
	StopsExpire  map[string]deprovision.Duration `yaml:"stopsExpire"`  // how long a stop can be answered, by its name, or "*" for all others; then cancelled
}

// AllStops is the key in StopsExpire for every stop that has none of its own.
const AllStops = "*"

// Brake says how much may go at once without a further approval. The zero Brake holds the defaults.
type Brake struct {
	PerHour int     `yaml:"perHour"` // artifacts in an hour, by all requests together, to 100000; 0 means 1000
	Share   float64 `yaml:"share"`   // part of a kind's objects that one plan may remove, to 1; 0 means 0.5
}
