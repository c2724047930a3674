package config_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/config"
)

const example = "../../deploy/worker.yaml"

func TestExampleIsValidAndArmsNothing(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(example, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	for alias, tenant := range cfg.Tenants {
		if tenant.Policy.Armed {
			t.Errorf("tenant %s is armed in the example", alias)
		}
	}
}

func TestDefaultsListenOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{cfg.HTTP.Listen, cfg.NATS.URL, cfg.Redis.URL} {
		if !strings.Contains(address, "127.0.0.1:") {
			t.Errorf("%s is not on loopback", address)
		}
	}
}

func TestVariablesWinOverTheFile(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(example, []string{"DEPROVISIONER_NATS_URL=nats://n:1", "DEPROVISIONER_WORKER_LEASE=9s", "NATS_URL=nats://x:1"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.NATS.URL != "nats://n:1" || cfg.Worker.Lease.String() != "9s" {
		t.Errorf("got %s and %s", cfg.NATS.URL, cfg.Worker.Lease)
	}
}

func TestFootprintsAreAListInTheFileAndInTheVariable(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse([]byte("footprints: [a.yaml, /etc/b.yaml]\n"))
	if err != nil || !slices.Equal(cfg.Footprints, []string{"a.yaml", "/etc/b.yaml"}) {
		t.Errorf("%v, %v", cfg.Footprints, err)
	}
	cfg, err = config.Load("", []string{"DEPROVISIONER_FOOTPRINTS=a.yaml,b.yaml"})
	if err != nil || !slices.Equal(cfg.Footprints, []string{"a.yaml", "b.yaml"}) {
		t.Errorf("%v, %v", cfg.Footprints, err)
	}
}

func TestMistakeIsNamedAndASecretIsNotRepeated(t *testing.T) {
	t.Parallel()
	tenant := "tenants:\n  a:\n    id: 11111111-2222-3333-4444-555555555555\n    credential: c\n"
	for name, tc := range map[string]struct{ body, want string }{
		"unknown key":         {"nats:\n  url: nats://h:1\n  urls: x\n", "[3:3]"},
		"repeated key":        {"log:\n  level: info\n  level: warn\n", "[3:3]"},
		"level":               {"log:\n  level: loud\n", "one of debug, info, warn, error"},
		"slots":               {"worker:\n  slots: 0\n", "worker.slots"},
		"lease":               {"worker:\n  lease: 1s\n", "3s to 10m0s"},
		"password in the URL": {"redis:\n  url: redis://u:hunter22@h:1\n", "redis.url"},
		"no path":             {"footprints: [a.yaml, '']\n", "footprints[1]"},
		"a path twice":        {"footprints: [a.yaml, a.yaml]\n", "footprints[1]"},
		"alias":               {"tenants:\n  a.b: {}\n", `tenants "a.b"`},
		"no such credential":  {tenant, "tenants.a.credential"},
		"pasted secret": {tenant + "    credentials:\n      c: {type: client-secret, clientId: 11111111-2222-3333-4444-555555555555, " +
			"secretEnv: 'hunter22!x'}\n", "tenants.a.credentials.c.secretEnv"},
		"http to the world":          {tenant + "    cloud: custom\n    endpoints: {graph: 'http://graph.example'}\n", "http:// only on loopback"},
		"hook without key":           {tenant + "    product: {hookURL: 'https://p.example'}\n", "tenants.a.product.secretEnv"},
		"brake over its limit":       {tenant + "    policy: {brake: {perHour: 100001}}\n", "tenants.a.policy.brake.perHour"},
		"negative brake":             {tenant + "    policy: {brake: {perHour: -1}}\n", "tenants.a.policy.brake.perHour"},
		"share over the whole":       {tenant + "    policy: {brake: {share: 1.5}}\n", "tenants.a.policy.brake.share"},
		"negative share":             {tenant + "    policy: {brake: {share: -0.1}}\n", "tenants.a.policy.brake.share"},
		"share that is none":         {tenant + "    policy: {brake: {share: .nan}}\n", "tenants.a.policy.brake.share"},
		"a host with its port":       {"http: {hosts: ['soc.contoso.example:443']}\n", "without a port"},
		"no such host":               {"http: {hosts: ['a b']}\n", "http.hosts[0]"},
		"pasted token":               {"http: {tokens: [{name: a, tokenEnv: 'hunter22!x', tenants: ['*'], may: [read]}]}\n", "http.tokens[0].tokenEnv"},
		"token from nowhere":         {"http: {tokens: [{name: a, tenants: ['*'], may: [read]}]}\n", "tokenEnv or tokenFile"},
		"two tokens of one name":     {"http: {tokens: [{name: a, tokenEnv: A, tenants: ['*'], may: [read]}, {name: a, tokenEnv: B, tenants: ['*'], may: [read]}]}\n", "http.tokens[1].name"},
		"one token for two":          {"http: {tokens: [{name: a, tokenEnv: A, tenants: ['*'], may: [read]}, {name: b, tokenEnv: A, tenants: ['*'], may: [read]}]}\n", "a token of its own"},
		"token for no tenant":        {"http: {tokens: [{name: a, tokenEnv: A, may: [read]}]}\n", "http.tokens[0].tenants"},
		"token for another's tenant": {tenant + "http: {tokens: [{name: a, tokenEnv: A, tenants: [b], may: [read]}]}\n", "http.tokens[0].tenants"},
		"token for nothing":          {"http: {tokens: [{name: a, tokenEnv: A, tenants: ['*']}]}\n", "http.tokens[0].may"},
		"token that may all":         {"http: {tokens: [{name: a, tokenEnv: A, tenants: ['*'], may: [all]}]}\n", "one of read, ask, decide, operate"},
		"unknown service":            {tenant + "    policy: {services: [teams, outlook]}\n", "tenants.a.policy.services"},
		"decider without a name":     {tenant + "    policy: {deciders: ['']}\n", "tenants.a.policy.deciders"},
		"decider that is no pattern": {tenant + "    policy: {deciders: ['[a']}\n", "tenants.a.policy.deciders"},
		"second person or none":      {tenant + "    policy: {secondPerson: true, confirmsItself: true}\n", "tenants.a.policy.confirmsItself"},
		"expiry of no stop":          {tenant + "    policy: {stopsExpire: {lunch: 1h}}\n", `tenants.a.policy.stopsExpire "lunch" is not allowed: one of *, invalid-account`},
		"expiry too soon":            {tenant + "    policy: {stopsExpire: {confirm: 59s}}\n", "tenants.a.policy.stopsExpire.confirm"},
		"expiry too late":            {tenant + "    policy: {stopsExpire: {'*': 8761h}}\n", "tenants.a.policy.stopsExpire.*"},
		"expiry that is no time":     {tenant + "    policy: {stopsExpire: {confirm: soon}}\n", "90m"},
		"token as reason":            {"worker:\n  name: 'password=hunter22'\n", "never a secret"},
		"another cloud's SharePoint": {tenant + "    sharePoint: contoso.sharepoint.us\n", "tenants.a.sharePoint"},
		"OneDrive for SharePoint":    {tenant + "    sharePoint: contoso-my.sharepoint.com\n", "tenants.a.sharePoint"},
		"SharePoint with a secret": {tenant + "    sharePoint: contoso.sharepoint.com\n    credentials:\n      c: {type: client-secret, clientId: 11111111-2222-3333-4444-555555555555, " +
			"secretEnv: HUNTER}\n", "SharePoint refuses its tokens"},
		"SharePoint of a custom cloud":  {tenant + "    cloud: custom\n    sharePoint: contoso.sharepoint.com\n", "see endpoints.sharePoint"},
		"SharePoint in clear text":      {tenant + "    cloud: custom\n    endpoints: {sharePoint: 'http://sp.example/contoso'}\n", "tenants.a.endpoints.sharePoint"},
		"SharePoint of no custom cloud": {tenant + "    endpoints: {sharePoint: 'https://contoso.sharepoint.com'}\n", "nothing unless cloud is custom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := config.Parse([]byte(tc.body))
			if err == nil {
				err = cfg.Validate()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
			if name == "pasted token" && strings.Contains(cfg.String(), "hunter22") {
				t.Error("prints the token")
			}
			if strings.Contains(err.Error()+cfg.String(), "hunter22!x") && name != "pasted secret" || strings.Contains(err.Error(), "hunter22") {
				t.Errorf("repeats the secret: %v", err)
			}
		})
	}
}

func TestPrintedConfigurationHoldsNoPassword(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.NATS.URL, cfg.Worker.Name = "nats://u:hunter22@h:1", "password=hunter22"
	if s := cfg.String(); strings.Contains(s, "hunter22") {
		t.Error(s)
	}
}

func TestReferenceNamesEveryKey(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys("", reflect.TypeFor[config.Config]()) {
		if !strings.Contains(string(body), "`"+key+"`") {
			t.Errorf("docs/configuration.md does not name `%s`", key)
		}
	}
}

func keys(path string, t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		name := strings.TrimPrefix(path+"."+f.Tag.Get("yaml"), ".")
		switch {
		case f.Type.Kind() == reflect.Struct:
			out = append(out, keys(name, f.Type)...)
		case f.Type.Kind() == reflect.Map:
			if f.Type.Elem().Kind() != reflect.Struct {
				out = append(out, name+".*")
				continue
			}
			out = append(out, keys(name+".*", f.Type.Elem())...)
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			out = append(out, keys(name+"[]", f.Type.Elem())...)
		default:
			out = append(out, name)
		}
	}
	return out
}

func FuzzParse(f *testing.F) {
	body, err := os.ReadFile(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("tenants: {a: {policy: {drain: 1h}}}"))
	f.Add([]byte("tenants: {a: {policy: {deciders: ['*@a'], secondPerson: true, stopsExpire: {confirm: 72h, '*': 720h}}}}"))
	f.Fuzz(func(_ *testing.T, body []byte) {
		if cfg, err := config.Parse(body); err == nil {
			_ = cfg.Validate()
			_ = cfg.String()
		}
	})
}

func TestATenantHasOneAlias(t *testing.T) {
	t.Parallel()
	tenant := config.Tenant{ID: "11111111-2222-3333-4444-555555555555", ActingApp: "21111111-2222-3333-4444-555555555555", Credential: "c",
		Credentials: map[string]config.Credential{"c": {Type: "managed-identity"}}}
	c := config.Default()
	c.Tenants = map[string]config.Tenant{"a": tenant}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	tenant.ID = strings.ToUpper(tenant.ID)
	c.Tenants["b"] = tenant
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "tenants.b.id") {
		t.Errorf("two aliases: %v", err)
	}
}
