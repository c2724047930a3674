package deploy_test

import (
	"flag"
	"slices"
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
	t.Setenv("OPERATOR_PASSWORD", "c")
	options, err := server.ProcessConfigFile("nats-accounts.conf")
	if err != nil || len(options.Users) != 3 {
		t.Fatalf("%d users, %v", len(options.Users), err)
	}
	for _, u := range options.Users {
		if u.Username == "worker" && !slices.Contains(u.Permissions.Publish.Deny, "$JS.API.STREAM.PURGE.>") {
			t.Error("a worker may purge")
		}
	}
}
