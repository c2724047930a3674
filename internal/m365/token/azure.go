package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// azureIssuer fetches tokens with azidentity.
type azureIssuer struct{ credential azcore.TokenCredential }

// openAzure makes the azidentity credential. The authority is what the configuration says, so nobody is asked whether it is one.
func openAzure(c Credential, o Options, client *http.Client) (issuer, error) {
	options := azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: o.Login},
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Telemetry: policy.TelemetryOptions{Disabled: true},
		Transport: witness{client},
	}
	made, err := azureCredential(c, o.TenantID, options)
	if err != nil {
		return nil, err
	}
	return azureIssuer{made}, nil
}

func azureCredential(c Credential, tenantID string, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	switch c.Type {
	case ClientSecret:
		secret, err := ReadSecret(c.SecretEnv, c.SecretFile)
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientSecretCredential(tenantID, c.ClientID, secret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case Certificate:
		body, err := os.ReadFile(c.CertificateFile)
		if err != nil {
			return nil, fmt.Errorf("certificateFile: %w", err)
		}
		chain, key, err := azidentity.ParseCertificates(body, nil)
		if err != nil { // the parser's own words are about bytes of a private key
			return nil, &deprovision.Invalid{
				Field: "certificateFile", Value: c.CertificateFile,
				Allowed: "PEM or PKCS #12 with a certificate and its private key, without a password",
			}
		}
		return azidentity.NewClientCertificateCredential(tenantID, c.ClientID, chain, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case WorkloadIdentity:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, ClientID: c.ClientID, TenantID: tenantID, TokenFilePath: c.TokenFile, DisableInstanceDiscovery: true})
	}
	// its tokens are kept by the library for the whole process, and by the platform: forgetting one does not bring a new one
	own := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
	if c.ClientID != "" {
		own.ID = azidentity.ClientID(c.ClientID)
	}
	return azidentity.NewManagedIdentityCredential(own)
}

func (a azureIssuer) fetch(ctx context.Context, scope string) (grant, error) {
	seen := new(sighting)
	got, err := a.credential.GetToken(context.WithValue(ctx, sightingKey{}, seen), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err == nil {
		return grant{token: got.Token, expiry: got.ExpiresOn}, nil
	}
	if seen.failure != nil {
		return grant{}, seen.failure
	}
	if ctx.Err() != nil {
		return grant{}, &deprovision.Failure{Class: deprovision.Transient, Err: ctx.Err()}
	}
	return grant{}, err
}

// witness sends for azidentity, and remembers the Failure: azidentity keeps only its text.
type witness struct{ client *http.Client }

type sightingKey struct{}

// sighting is what went wrong while one token was fetched.
type sighting struct{ failure *deprovision.Failure }

func (w witness) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.client.Do(req)
	if seen, ok := req.Context().Value(sightingKey{}).(*sighting); ok && err != nil {
		errors.As(err, &seen.failure)
	}
	return resp, err
}
