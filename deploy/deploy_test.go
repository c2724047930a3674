package deploy_test

import (
	"bufio"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestNATSStartsWithTheShippedConfiguration(t *testing.T) {
	t.Parallel()
	options, err := server.ProcessConfigFile("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	if options.Host != "127.0.0.1" || options.HTTPHost != "127.0.0.1" || !options.JetStream || !options.SyncAlways {
		t.Errorf("host %s, monitoring on %s, JetStream %t, sync always %t", options.Host, options.HTTPHost, options.JetStream, options.SyncAlways)
	}
	options.Port, options.HTTPPort, options.StoreDir, options.NoSigs = -1, 0, t.TempDir(), true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(20*time.Second) || !s.JetStreamEnabled() {
		t.Error("the server is not ready with JetStream")
	}
}

func TestComposedNATSListensForTheOtherContainers(t *testing.T) {
	t.Parallel()
	args := composed(t, "nats", map[string]string{"/etc/nats/nats.conf": "nats.conf"})
	options, err := server.ConfigureOptions(flag.NewFlagSet("nats-server", flag.ContinueOnError), args, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if options.Host != "0.0.0.0" || options.Port != 4222 || options.HTTPHost != "127.0.0.1" || options.HTTPPort != 8222 {
		t.Errorf("clients on %s:%d, monitoring on %s:%d", options.Host, options.Port, options.HTTPHost, options.HTTPPort)
	}
	if options.StoreDir != "/data/jetstream" || !options.SyncAlways {
		t.Errorf("files in %s, sync always %t", options.StoreDir, options.SyncAlways)
	}
}

func TestPermissionsExampleParses(t *testing.T) {
	t.Setenv("CONTOSO_UPSTREAM_PASSWORD", "a")
	t.Setenv("WORKER_PASSWORD", "b")
	options, err := server.ProcessConfigFile("nats-accounts.conf")
	if err != nil || len(options.Users) != 2 {
		t.Fatal(err)
	}
}

func TestRedisRunsWithTheShippedConfiguration(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]func(t *testing.T, dir string) []string{
		"by hand": func(_ *testing.T, dir string) []string { return []string{"redis-server", "redis.conf", "--dir", dir} },
		"composed": func(t *testing.T, dir string) []string {
			t.Helper()
			return composed(t, "redis", map[string]string{"/etc/redis.conf": "redis.conf", "/data": dir})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			client := startRedis(t, args(t, dir), filepath.Join(dir, "socket"))
			for setting, want := range map[string]string{
				"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "dir": dir,
			} {
				if got, err := client.ConfigGet(t.Context(), setting).Result(); err != nil || got[setting] != want {
					t.Errorf("%s is %q (%v), want %q", setting, got[setting], err, want)
				}
			}
		})
	}
}

// startRedis starts the command without a port and returns a client once it is ready.
func startRedis(t *testing.T, command []string, socket string) *redis.Client {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip("redis-server is not installed: make deps")
	}
	cmd := exec.CommandContext(t.Context(), command[0], append(command[1:], "--port", "0", "--unixsocket", socket)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	t.Cleanup(func() { _ = client.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var log strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "now ready") || strings.Contains(lines.Text(), "ready to accept connections") {
			return client
		}
	}
	t.Fatalf("redis-server ended:\n%s", log.String())
	return nil
}

func TestPrometheusConfigurationIsValid(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), tool, "check", "config", "prometheus.yml").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestPrometheusScrapesTheWorkersInItsTargets(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed")
	}
	scraped := make(chan string, 100)
	worker := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { scraped <- r.URL.Path }))
	t.Cleanup(worker.Close)
	dir := t.TempDir()
	for file, change := range map[string][2]string{
		"prometheus.yml": {"scrape_interval: 15s", "scrape_interval: 1s"},
		"targets.yml":    {"127.0.0.1:8080", worker.Listener.Addr().String()},
	} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), change[0]) {
			t.Fatalf("%s has no %s: %v", file, change[0], err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(string(text), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", "127.0.0.1:0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case path := <-scraped:
		if path != "/metrics" {
			t.Errorf("asked for %s", path)
		}
	case <-ended:
		t.Error("prometheus ended")
	case <-patience.Done():
		t.Error("the worker was never scraped")
	}
}

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
	if tenant.ID != tenantsim.InlineTenantID || tenant.Organization != tenantsim.InlineDomain || tenant.ActingApp != tenantsim.WorkerAppID ||
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
