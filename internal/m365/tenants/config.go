package tenants

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365/cloud"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Config is all tenants, by alias. Its parts are field by field those of the worker's configuration.
type Config struct {
	Tenants map[string]Tenant
}

// Tenant says how to reach one tenant.
type Tenant struct {
	ID          string                // the tenant's GUID
	Cloud       string                // a name of package cloud; empty means global
	Endpoints   Endpoints             // for the cloud "custom"
	SharePoint  string                // host name of its sites, e.g. "contoso.sharepoint.com"; empty: SharePoint is not reached
	CAFile      string                // PEM: certificate authorities for its endpoints, besides the system's
	ActingApp   string                // App Id that the worker signs in as; may be empty where the credential names it
	Credential  string                // the credential to use, a key of Credentials
	Credentials map[string]Credential // by reference
	Product     Product
}

// Endpoints are the base addresses of a custom cloud: https, or http on loopback. SharePoint may be empty; it is the address of the sites, e.g.
// http://127.0.0.1:8080/sharepoint/contoso.
type Endpoints struct{ Login, Graph, Exchange, SharePoint string }

// Credential is one way to sign in, see package token.
type Credential = token.Credential

// Product is the product's own console, reached by a signed hook. Without a HookURL there is none.
type Product struct {
	HookURL    string
	SecretEnv  string
	SecretFile string
}

// cloud finds where the tenant's APIs are.
func (t Tenant) cloud() (cloud.Cloud, error) {
	if t.Cloud == cloud.Custom {
		return cloud.New(t.Endpoints.Login, t.Endpoints.Graph, t.Endpoints.Exchange)
	}
	return cloud.Named(t.Cloud)
}

// sharePoint is the base address of the tenant's sites; "" where none is configured.
func (t Tenant) sharePoint(where cloud.Cloud) (string, error) {
	switch {
	case t.Cloud == cloud.Custom && t.SharePoint != "":
		return "", &deprovision.Invalid{Field: "sharePoint", Value: t.SharePoint, Allowed: "nothing for a custom cloud: it has endpoints.sharePoint"}
	case t.Cloud == cloud.Custom || t.SharePoint == "":
		return t.Endpoints.SharePoint, nil
	case !strings.HasSuffix(strings.ToLower(t.SharePoint), "."+where.SharePointDomain):
		allowed := "the host name of the tenant's sites, such as contoso." + where.SharePointDomain
		return "", &deprovision.Invalid{Field: "sharePoint", Value: t.SharePoint, Allowed: allowed}
	}
	return "https://" + t.SharePoint, nil
}

// actingApp is the App Id that a credential signs in as. It must be known: what is known is never removed.
func (t Tenant) actingApp(ref string) (string, error) {
	c := t.Credentials[ref]
	switch {
	case c.ClientID == "" && t.ActingApp == "":
		return "", &deprovision.Invalid{Field: "actingApp", Allowed: "the App Id of the managed identity: the worker must know itself to spare itself"}
	case c.ClientID == "" && ref != t.Credential && t.Credentials[t.Credential].ClientID != "":
		return "", &deprovision.Invalid{Field: "credentials." + ref + ".clientId",
			Allowed: "the App Id of the managed identity: actingApp names that of the tenant's own credential"}
	case c.ClientID == "":
		return t.ActingApp, nil
	case ref == t.Credential && t.ActingApp != "" && !strings.EqualFold(c.ClientID, t.ActingApp):
		return "", &deprovision.Invalid{Field: "actingApp", Value: t.ActingApp, Allowed: "the clientId of the tenant's credential, or nothing"}
	}
	return c.ClientID, nil
}

// authorities reads the CA file; no file means the system's authorities alone.
func (t Tenant) authorities() (*x509.CertPool, error) {
	if t.CAFile == "" {
		return nil, nil
	}
	body, err := os.ReadFile(t.CAFile)
	if err != nil {
		return nil, fmt.Errorf("caFile: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(body) {
		return nil, &deprovision.Invalid{Field: "caFile", Value: t.CAFile, Allowed: "a file with certificates in PEM"}
	}
	return pool, nil
}

// below puts the path of its parent before the field that an error names.
func below(path string, err error) error {
	if bad, ok := errors.AsType[*deprovision.Invalid](err); ok {
		return &deprovision.Invalid{Field: path + "." + bad.Field, Value: bad.Value, Allowed: bad.Allowed}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// keys lists what may be named.
func keys[V any](m map[string]V) string {
	if len(m) == 0 {
		return "nothing: none is configured"
	}
	return "one of " + strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
