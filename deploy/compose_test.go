package deploy_test

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestSimulatedConfigurationFitsTheSimulator(t *testing.T) {
	t.Parallel()
	variables, err := os.ReadFile("simulated.env")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"CONTOSO_CLIENT_SECRET=" + tenantsim.WorkerSecret + "\n", "CONTOSO_HOOK_SECRET=" + tenantsim.HookSecret + "\n",
		"WORKER_CONFIG=./deploy/worker-simulated.yaml\n", "COMPOSE_PROFILES=simulated\n",
	} {
		if !strings.Contains(string(variables), want) {
			t.Errorf("simulated.env has no line %s", want)
		}
	}
	settings, err := config.Load("worker-simulated.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := settings.Validate(); err != nil {
		t.Error(err)
	}
	tenant := settings.Tenants["contoso"]
	credential := tenant.Credentials[tenant.Credential]
	if tenant.ID != tenantsim.InlineTenantID || tenant.ActingApp != tenantsim.WorkerAppID ||
		credential.ClientID != tenantsim.WorkerAppID || credential.SecretEnv != "CONTOSO_CLIENT_SECRET" ||
		tenant.Product.SecretEnv != "CONTOSO_HOOK_SECRET" {
		t.Errorf("not the simulator's tenant: %+v", tenant)
	}
}

// composed returns a service's command in docker-compose.yml, with the container's paths replaced.
func composed(t *testing.T, service string, paths map[string]string) []string {
	t.Helper()
	text, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Command []string `yaml:"command"`
		} `yaml:"services"`
	}
	// a key beside the merged ones overrides theirs; this decoder calls that a duplicate
	if err := yaml.UnmarshalWithOptions(text, &compose, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatal(err)
	}
	command := compose.Services[service].Command
	for i, arg := range command {
		if path, ok := paths[arg]; ok {
			command[i] = path
		}
	}
	return command
}
