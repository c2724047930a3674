package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// execute runs a command in this process.
func execute(ctx context.Context, args ...string) (string, error) {
	var out bytes.Buffer
	c := command()
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(ctx)
	return out.String(), err
}

func TestMistakesAreNamedAndHaveACodeOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"an unknown flag":          {[]string{"run", "--nope"}, "--nope"},
		"a file that is not there": {[]string{"run", "--config", "/nowhere/worker.yaml"}, "/nowhere/worker.yaml"},
		"no tenants":               {[]string{"run"}, "no tenant is configured"},
		"a level that is none":     {[]string{"provision", "--log-level", "loud"}, "debug, info, warn"},
		"too many tenants":         {[]string{"demo", "--tenants", "9"}, "1 to 5"},
		"a proxy without TLS":      {[]string{"tenantsim", "--proxy", "127.0.0.1:0"}, "--proxy needs --tls"},
		"a proxy for everybody":    {[]string{"tenantsim", "--listen", "127.0.0.1:0", "--tls", t.TempDir(), "--proxy", "0.0.0.0:0"}, "--proxy 0.0.0.0:0: tenantsim: the proxy must be host:port on loopback"},
		"a directory that is none": {[]string{"tenantsim", "--listen", "127.0.0.1:0", "--tls", "/dev/null/x"}, "--tls /dev/null/x"},
		"a fixture that is none":   {[]string{"tenantsim", "--fixture", "/nowhere.yaml"}, "/nowhere.yaml"},
		"a tenant that is none":    {[]string{"dev", "--dir", t.TempDir(), "--fixture", "kind"}, "full or hostile"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := execute(t.Context(), tc.args...)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("it says %v, want %q in it", err, tc.says)
			}
			if got := code(err); got != exitUsage {
				t.Errorf("the exit code is %d", got)
			}
		})
	}
}

// simulated is the shipped configuration for the simulated tenant.
var simulated = filepath.Join("..", "..", "deploy", "worker-simulated.yaml")

// withSecrets is it with secrets in a file, since variables are the process's.
func withSecrets(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile(simulated)
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	text := regexp.MustCompile(`(secret|token)Env: \w+`).ReplaceAllString(string(body), "${1}File: "+secret)
	config := secret + ".yaml"
	if err := errors.Join(os.WriteFile(secret, []byte("a-secret-for-tests-that-opens-nothing"), 0o600), os.WriteFile(config, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestMissingSecretIsNamedBeforeAnyRequestIsTaken(t *testing.T) {
	t.Parallel()
	_, err := execute(t.Context(), "run", "--config", simulated)
	if err == nil || code(err) != exitUsage || !strings.Contains(err.Error(), "CONTOSO_CLIENT_SECRET") || !strings.Contains(err.Error(), "CONTOSO_HOOK_SECRET") ||
		!strings.Contains(err.Error(), `tokenEnv "DEMO_API_TOKEN"`) {
		t.Errorf("it says: %v", err)
	}
}

func TestKeyThatCannotSignIsNamedBeforeAnyRequestIsTaken(t *testing.T) {
	t.Parallel()
	config := withSecrets(t)
	body, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for what, key := range map[string]string{"no key": config, "no file": config + ".none"} {
		file := filepath.Join(t.TempDir(), "worker.yaml")
		if err := os.WriteFile(file, append(body, "\nevidence: {signingKeyFile: "+key+"}\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := execute(t.Context(), "run", "--config", file)
		if err == nil || code(err) != exitUsage || !strings.Contains(err.Error(), "evidence.signingKeyFile") {
			t.Errorf("%s: it says: %v", what, err)
		}
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	for _, c := range command().Commands() {
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s has no help or no example", c.CommandPath())
		}
	}
}

func TestMissingServersAndStreamsAreSaidWithWhatToDo(t *testing.T) {
	t.Parallel()
	config := withSecrets(t)
	free := freePort(t)
	if _, err := execute(t.Context(), "run", "--config", config, "--nats", "nats://"+free); err == nil || !strings.Contains(err.Error(), "nats-server -c deploy/nats.conf") {
		t.Errorf("without NATS it says: %v", err)
	}
	if _, err := execute(t.Context(), "healthcheck", "--listen", free); err == nil || !strings.Contains(err.Error(), "no worker answers") {
		t.Errorf("without a worker it says: %v", err)
	}
	server, err := devstack.StartNATS(t.Context(), devstack.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	_, err = execute(t.Context(), "run", "--config", config, "--nats", server.URL())
	if !errors.Is(err, journal.ErrNotProvisioned) || !strings.Contains(err.Error(), "worker provision") {
		t.Errorf("without streams it says: %v", err)
	}
	for range 2 { // it may be repeated
		if out, err := execute(t.Context(), "provision", "--nats", server.URL()); err != nil || !strings.Contains(out, "the streams are there") {
			t.Errorf("provision: %q, %v", out, err)
		}
	}
}

func TestDemoRemovesEverythingAndSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	out, err := execute(ctx, "demo", "--plain", "--tenants", "2", "--drain", "1s", "--dir", dir)
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "worker.log"))
		t.Fatalf("%v\n%s\n%s", err, out, log)
	}
	want := []string{"contoso/inline: succeeded-with-remainder (29 artifacts", "fabrikam/inline: succeeded-with-remainder (29 artifacts",
		"left for a person:", "SPF includes", "The tenant's own log: 89 objects of the product are gone", "no call that removes was made twice"}
	for _, a := range recorded("contoso") {
		want = append(want, "contoso/"+a.ID+": succeeded-with-remainder")
	}
	for _, want := range want {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if again, err := execute(ctx, "demo", "--plain", "--tenants", "1", "--drain", "0s", "--dir", dir); err != nil {
		t.Errorf("a second time in the same place: %v\n%s", err, again)
	}
	if strings.Contains(out, "found-gone") {
		t.Errorf("something was gone before the demo removed it:\n%s", out)
	}
	body, err := os.ReadFile(filepath.Join(dir, "evidence-contoso-inline.json"))
	if err != nil {
		t.Fatal(err)
	}
	var evidence []deprovision.Evidence
	if err := json.Unmarshal(body, &evidence); err != nil || len(evidence) != footprintSize {
		t.Errorf("%d pieces of evidence, %v", len(evidence), err)
	}
	for _, e := range evidence {
		if e.Artifact.Restore == "" && e.Artifact.Kind != "product-account" {
			t.Errorf("%s %s has no command that would restore it", e.Artifact.Kind, e.Artifact.Name)
		}
	}
}

func TestInterruptedDemoEndsInOrder(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	screen := &trigger{fire: cancel, at: "parked until"}
	c := command()
	c.SetArgs([]string{"demo", "--plain", "--tenants", "1", "--drain", "1h", "--dir", t.TempDir()})
	c.SetOut(screen)
	if err := c.ExecuteContext(ctx); err == nil {
		t.Error("an interrupted demo says that all went well")
	}
}

func TestATrialDoesNotWarnOfTheRedisThatItStartsItself(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	trial, err := embed(t.Context(), embedding{dir: t.TempDir(), tenants: []string{"contoso"}, fixture: fullFixture}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer trial.close()
	for _, warns := range []bool{false, true} {
		trial.worker.trial = !warns
		log.Reset()
		trial.worker.inspect(t.Context())
		if strings.Contains(log.String(), "Redis may lose the picture") != warns {
			t.Errorf("warns=%v: %s", warns, log.String())
		}
	}
}

// trigger fires when a text is written.
type trigger struct {
	bytes.Buffer
	fire func()
	at   string
}

func (t *trigger) Write(p []byte) (int, error) {
	if strings.Contains(string(p), t.at) {
		t.fire()
	}
	return t.Buffer.Write(p)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}
