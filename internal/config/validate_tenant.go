package config

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
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
	v.sharePoint(field, cloud, t)
	_, known := t.Credentials[t.Credential]
	v.want(known, field+".credential", t.Credential, "a key of "+field+".credentials")
	for ref, c := range t.Credentials {
		v.want(deprovision.ValidToken(ref), field+".credentials", ref, deprovision.TokenRule)
		v.credential(field+".credentials."+ref, c)
	}
	v.product(field+".product", t.Product)
	v.policy(field+".policy", t.Policy)
}

func (v *checker) policy(field string, p Policy) {
	for _, asker := range p.Askers {
		_, err := path.Match(asker, "")
		v.want(asker != "" && err == nil, field+".askers", asker, `a name or a pattern such as "*@contoso.example"`)
	}
	if p.Drain != nil {
		v.between(field+".drain", *p.Drain, 0, deprovision.MaxDrain)
	}
	v.want(len(p.ManualOwner) <= 200, field+".manualOwner", "", "at most 200 bytes")
	v.between(field+".manualDue", p.ManualDue, 0, 90*24*time.Hour)
	for _, service := range p.Services {
		v.want(service.Validate() == nil, field+".services", string(service), "names of services, as requests have them")
	}
	v.want(p.Brake.PerHour >= 0 && p.Brake.PerHour <= 100_000, field+".brake.perHour", strconv.Itoa(p.Brake.PerHour), "0 to 100000")
	v.want(p.Brake.Share >= 0 && p.Brake.Share <= 1, field+".brake.share", fmt.Sprint(p.Brake.Share), "0 to 1")
	v.decisions(field, p)
}

// What a stop's patience may be.
const (
	leastPatience = time.Minute
	mostPatience  = 365 * 24 * time.Hour
)

// decisions checks who may decide, and how long a stop waits for them.
func (v *checker) decisions(field string, p Policy) {
	for _, decider := range p.Deciders {
		_, err := path.Match(decider, "")
		v.want(decider != "" && err == nil, field+".deciders", decider, `a name or a pattern such as "*@contoso.example"`)
	}
	v.want(!p.SecondPerson || !p.ConfirmsItself, field+".confirmsItself", "true", "false, where secondPerson wants another person to confirm every plan")
	names := []string{AllStops}
	for _, s := range deprovision.Stops() {
		names = append(names, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(p.StopsExpire)) {
		v.oneOf(field+".stopsExpire", name, names...)
		v.between(field+".stopsExpire."+name, p.StopsExpire[name], leastPatience, mostPatience)
	}
}

// sharePointDomains are what the names of SharePoint's hosts end in, by cloud.
var sharePointDomains = map[string]string{"global": "sharepoint.com", "usgov": "sharepoint.us", "usgov-high": "sharepoint-mil.us", "china": "sharepoint.cn"}

// sharePoint wants the host of the tenant's sites, and a credential that SharePoint takes: it refuses tokens that were got by a secret.
func (v *checker) sharePoint(field, cloud string, t Tenant) {
	if cloud == "custom" {
		v.want(t.SharePoint == "", field+".sharePoint", t.SharePoint, "nothing for a custom cloud: see endpoints.sharePoint")
		if t.Endpoints.SharePoint != "" {
			v.service(field+".endpoints.sharePoint", t.Endpoints.SharePoint)
		}
		return
	}
	v.want(t.Endpoints.SharePoint == "", field+".endpoints.sharePoint", "", "nothing unless cloud is custom")
	if t.SharePoint == "" {
		return
	}
	domain := sharePointDomains[cloud]
	name, ok := strings.CutSuffix(strings.ToLower(t.SharePoint), "."+domain)
	beside := strings.HasSuffix(name, "-my") || strings.HasSuffix(name, "-admin")
	v.want(ok && deprovision.ValidToken(name) && !beside, field+".sharePoint", t.SharePoint, "the host name of the tenant's sites, such as contoso."+domain)
	v.want(t.Credentials[t.Credential].Type != "client-secret", field+".credential", t.Credential,
		"a credential of another type than client-secret: SharePoint refuses its tokens")
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
	v.want(variable(name), field+".secretEnv", "", envName)
	v.oneAtMost(field+".secretEnv", name, field+".secretFile", file)
}

// secrets refuses every text in the configuration that is shaped like a secret.
func (v *checker) secrets(field string, value any) {
	walk(field, reflect.ValueOf(value), func(name, text string) {
		v.want(!deprovision.LooksSecret(text), name, "", "a reference, never a secret: name a variable or a file that holds it")
	})
}
