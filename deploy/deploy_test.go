package deploy_test

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func TestNATSStartsWithTheShippedConfiguration(t *testing.T) {
	t.Parallel()
	options, err := server.ProcessConfigFile("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	if options.Host != "127.0.0.1" || !options.JetStream || !options.SyncAlways {
		t.Errorf("host %s, JetStream %t, sync always %t", options.Host, options.JetStream, options.SyncAlways)
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

func TestPermissionsExampleParses(t *testing.T) {
	t.Setenv("CONTOSO_UPSTREAM_PASSWORD", "a")
	t.Setenv("WORKER_PASSWORD", "b")
	options, err := server.ProcessConfigFile("nats-accounts.conf")
	if err != nil || len(options.Users) != 2 {
		t.Fatal(err)
	}
}

func TestRedisStartsWithTheShippedConfiguration(t *testing.T) {
	t.Parallel()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed: make deps")
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), binary, "redis.conf", "--port", "0", "--unixsocket", dir+"/s", "--dir", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var log strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "ready to accept connections") || strings.Contains(lines.Text(), "now ready") {
			return
		}
	}
	t.Errorf("redis-server ended:\n%s", log.String())
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
