package token

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The types of credential.
const (
	ClientSecret     = "client-secret"
	Certificate      = "certificate"
	WorkloadIdentity = "workload-identity"
	ManagedIdentity  = "managed-identity"
)

// Types lists the types of credential.
func Types() []string { return []string{ClientSecret, Certificate, WorkloadIdentity, ManagedIdentity} }

// Credential is one way to sign in, field by field as the worker's configuration has it. Secrets are read from a variable or a file.
type Credential struct {
	Type            string // one of [Types]
	ClientID        string // App Id; may be empty for managed-identity (the system's own)
	SecretEnv       string // client-secret: name of the variable
	SecretFile      string // client-secret: path of the file
	CertificateFile string // certificate: PEM or PKCS #12 with the private key
	TokenFile       string // workload-identity: path of the projected token; empty means the platform's
}

// validate returns a [deprovision.Invalid] that names the first field that its type cannot do with.
func (c Credential) validate() error {
	invalid := func(field, value, allowed string) error {
		return &deprovision.Invalid{Field: field, Value: value, Allowed: allowed}
	}
	switch c.Type {
	case ClientSecret:
		if (c.SecretEnv == "") == (c.SecretFile == "") {
			return invalid("secretEnv", "", "secretEnv or secretFile, one of them")
		}
	case Certificate:
		if c.CertificateFile == "" {
			return invalid("certificateFile", "", "the path of a PEM or PKCS #12 file")
		}
	case WorkloadIdentity, ManagedIdentity:
	default:
		return invalid("type", c.Type, "one of "+strings.Join(Types(), ", "))
	}
	if !deprovision.ValidAppID(c.ClientID) && (c.Type != ManagedIdentity || c.ClientID != "") {
		return invalid("clientId", c.ClientID, "a GUID")
	}
	return nil
}

// ReadSecret reads a secret from the variable env or, where that is empty, from the file; white space around it is no part of it.
// Its errors name the reference and never what it holds.
func ReadSecret(env, file string) (string, error) {
	if env != "" {
		if secret := strings.TrimSpace(os.Getenv(env)); secret != "" {
			return secret, nil
		}
		return "", &deprovision.Invalid{Field: "secretEnv", Value: env, Allowed: "the name of a variable that is set and not empty"}
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("secretFile: %w", err)
	}
	secret := string(bytes.TrimSpace(body))
	if secret == "" {
		return "", &deprovision.Invalid{Field: "secretFile", Value: file, Allowed: "the path of a file that is not empty"}
	}
	return secret, nil
}
