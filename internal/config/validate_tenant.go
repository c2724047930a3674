package config

import (
	"reflect"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	envName  = "the name of an environment variable: letters, digits and '_', never the secret itself"
	guidRule = "a GUID"
)

func (v *checker) tenant(field string, t Tenant) {
	v.want(deprovision.ValidAppID(t.ID), field+".id", t.ID, guidRule)
	v.want(t.ActingApp == "" || deprovision.ValidAppID(t.ActingApp), field+".actingApp", t.ActingApp, guidRule)
	cloud := t.Cloud
	if cloud == "" {
		cloud = "global"
	}
	v.oneOf(field+".cloud", cloud, "global", "usgov", "usgov-high", "china", "custom")
	for name, address := range map[string]string{"login": t.Endpoints.Login, "graph": t.Endpoints.Graph, "exchange": t.Endpoints.Exchange} {
		if cloud == "custom" {
			v.service(field+".endpoints."+name, address)
		} else {
			v.want(address == "", field+".endpoints."+name, "", "nothing unless cloud is custom")
		}
	}
	_, known := t.Credentials[t.Credential]
	v.want(known, field+".credential", t.Credential, "a key of "+field+".credentials")
	for ref, c := range t.Credentials {
		v.want(deprovision.ValidToken(ref), field+".credentials", ref, deprovision.TokenRule)
		v.credential(field+".credentials."+ref, c)
	}
	v.product(field+".product", t.Product)
	for _, asker := range t.Policy.Askers {
		v.want(asker != "", field+".policy.askers", asker, `a name or a pattern such as "*@contoso.example"`)
	}
	if t.Policy.Drain != nil {
		v.between(field+".policy.drain", *t.Policy.Drain, 0, deprovision.MaxDrain)
	}
	v.want(len(t.Policy.ManualOwner) <= 200, field+".policy.manualOwner", "", "at most 200 bytes")
	v.between(field+".policy.manualDue", t.Policy.ManualDue, 0, 90*24*time.Hour)
}

func (v *checker) credential(field string, c Credential) {
	v.oneOf(field+".type", c.Type, "client-secret", "certificate", "workload-identity", "managed-identity")
	needsID := c.Type != "managed-identity" || c.ClientID != ""
	v.want(!needsID || deprovision.ValidAppID(c.ClientID), field+".clientId", c.ClientID, guidRule)
	secret := c.SecretEnv != "" || c.SecretFile != ""
	v.want(secret == (c.Type == "client-secret"), field+".secretEnv", "", "secretEnv or secretFile for client-secret, and for it alone")
	v.want((c.CertificateFile != "") == (c.Type == "certificate"), field+".certificateFile", "", "a path for certificate, and for it alone")
	v.want(c.TokenFile == "" || c.Type == "workload-identity", field+".tokenFile", "", "a path for workload-identity alone")
	v.reference(field, c.SecretEnv, c.SecretFile)
}

func (v *checker) product(field string, p Product) {
	if p.HookURL == "" {
		v.want(p.SecretEnv == "" && p.SecretFile == "", field+".hookURL", "", "https://…, where a secret is named")
		return
	}
	v.service(field+".hookURL", p.HookURL)
	v.want(p.SecretEnv != "" || p.SecretFile != "", field+".secretEnv", "", "secretEnv or secretFile: the hook is signed")
	v.reference(field, p.SecretEnv, p.SecretFile)
}

// reference refuses what cannot be the name of a variable: most often a pasted secret, so it is not repeated.
func (v *checker) reference(field, name, file string) {
	ok := true
	for i, r := range name {
		ok = ok && (r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || i > 0 && r >= '0' && r <= '9')
	}
	v.want(ok, field+".secretEnv", "", envName)
	v.oneAtMost(field+".secretEnv", name, field+".secretFile", file)
}

// secrets refuses every text in the configuration that is shaped like a secret.
func (v *checker) secrets(field string, value any) {
	walk(field, reflect.ValueOf(value), func(name, text string) {
		v.want(!deprovision.LooksSecret(text), name, "", "a reference, never a secret: name a variable or a file that holds it")
	})
}
