package devstack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryServerAnswersWhenStartReturns(t *testing.T) {
	t.Parallel()
	stack, err := devstack.Start(t.Context(), devstack.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close()

	publish(t, stack.NATS, "here")
	client := redis.NewClient(&redis.Options{Addr: stack.Redis.Addr()})
	defer func() { _ = client.Close() }()
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	if tenants := get(t, stack.Tenant.BaseURL()+"/_sim/tenants"); !strings.Contains(tenants, tenantsim.InlineTenantID) {
		t.Errorf("the tenant answers %s", tenants)
	}
}

func TestStreamsSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, want := range []uint64{1, 2} {
		server, err := devstack.StartNATS(t.Context(), devstack.NATSOptions{Dir: dir, SyncAlways: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := publish(t, server, "here"); got != want {
			t.Errorf("the message got sequence %d, want %d", got, want)
		}
		server.Close()
		server.Close()
	}
}

func TestATakenAddressIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // after the parallel parts
	addr := taken.Addr().String()
	for part, o := range map[string]devstack.Options{"nats": {NATS: addr}, "redis": {Redis: addr}, "tenant": {Tenant: addr}} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			o.Dir = t.TempDir()
			if _, err := devstack.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), addr) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1", "127.0.0.1:high"} {
		for field, o := range map[string]devstack.Options{"nats": {NATS: addr}, "redis": {Redis: addr}, "tenant": {Tenant: addr}} {
			t.Run(field+" "+addr, func(t *testing.T) {
				t.Parallel()
				o.Dir = t.TempDir()
				var invalid *deprovision.Invalid
				if _, err := devstack.Start(t.Context(), o); !errors.As(err, &invalid) || invalid.Field != field || invalid.Value != addr {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestLocalhostIsLoopback(t *testing.T) {
	t.Parallel()
	server, err := devstack.StartRedis("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if !strings.HasPrefix(server.URL(), "redis://127.0.0.1:") {
		t.Error(server.URL())
	}
}

func TestStartRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := devstack.Start(ended, devstack.Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gave %v", err)
	}
	var invalid *deprovision.Invalid
	if _, err := devstack.Start(t.Context(), devstack.Options{}); !errors.As(err, &invalid) || invalid.Field != "dir" {
		t.Errorf("no directory gave %v", err)
	}
	if _, err := devstack.StartTenant(t.Context(), "", &tenantsim.Fixture{}, tenantsim.Options{}); err == nil {
		t.Error("an empty fixture was taken")
	}
}

// publish stores a message in a stream on disk and returns its sequence.
func publish(t *testing.T, server *devstack.NATS, text string) uint64 {
	t.Helper()
	nc, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "s", Storage: jetstream.FileStorage}); err != nil {
		t.Fatal(err)
	}
	ack, err := js.Publish(t.Context(), "s", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ack.Sequence
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func ExampleStart() {
	dir, err := os.MkdirTemp("", "devstack")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	stack, err := devstack.Start(context.Background(), devstack.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stack.Close()
	nc, err := nats.Connect(stack.NATS.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer nc.Close()
	fmt.Println("connected to", nc.ConnectedServerName())
	// Output: connected to devstack
}
