package progress_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestConnectTakesEachKindOfAddress(t *testing.T) {
	t.Parallel()
	for address, check := range map[string]func(redis.UniversalClient) bool{
		"":                                 func(c redis.UniversalClient) bool { return single(c).Addr == "127.0.0.1:6379" },
		"redis://10.0.0.1":                 func(c redis.UniversalClient) bool { return single(c).Addr == "10.0.0.1:6379" },
		"redis://worker@10.0.0.1:7000/3":   func(c redis.UniversalClient) bool { return single(c).Username == "worker" && single(c).DB == 3 },
		"rediss://cache.example:7000":      func(c redis.UniversalClient) bool { return single(c).TLSConfig.ServerName == "cache.example" },
		"redis://a:1?addr=b:2&addr=c:3":    func(c redis.UniversalClient) bool { return nodes(c) == 3 },
		"redis://a:1?cluster=true":         func(c redis.UniversalClient) bool { return nodes(c) == 1 },
		"redis://a:1?master_name=main":     func(c redis.UniversalClient) bool { return single(c).Addr == "FailoverClient" },
		"redis://worker:open-sesame@a:1/0": func(c redis.UniversalClient) bool { return single(c).Password == "from the file" },
	} {
		client, err := progress.Connect(address, "from the file")
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if !check(client) {
			t.Errorf("%q: %+v", address, client)
		}
		if o, isSingle := client.(*redis.Client); isSingle && o.Options().MaxRetries != 0 {
			t.Errorf("%q: a lost answer is tried again", address)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

func single(c redis.UniversalClient) *redis.Options { return c.(*redis.Client).Options() }

func nodes(c redis.UniversalClient) int { return len(c.(*redis.ClusterClient).Options().Addrs) }

func TestConnectNeverShowsThePassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"redis://u:open-sesame@a:b:c", "http://u:open-sesame@a:1", "redis://u:open-sesame@a:1/x", "redis://u:open-sesame@a:1?max_retries=3",
		"unix://u:open-sesame@/tmp/s", "redis://u:open-sesame@a:1\x7f",
	} {
		_, err := progress.Connect(address, "")
		var invalid *deprovision.Invalid
		if !errors.As(err, &invalid) || invalid.Field != "redis.url" || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: %v", address, err)
		}
	}
	s := redistest.Start(t, "--requirepass", "open-sesame")
	wrong, err := progress.Connect(s.URL(), "open-says-me")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wrong.Close() })
	if err := progress.New(wrong, progress.Options{}).Ping(t.Context()); err == nil || strings.Contains(err.Error(), "open-") {
		t.Errorf("got %v", err)
	}
	right, err := progress.Connect(s.URL(), "open-sesame")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = right.Close() })
	if err := progress.New(right, progress.Options{}).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheRightsInTheDocumentationSuffice(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/picture.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("keys `(~[^`]+)`[^`]*`([^`]+)`").FindSubmatch(page)
	if found == nil {
		t.Fatal("docs/picture.md names no rights")
	}
	s := redistest.Start(t)
	rules := append([]string{"reset", "on", ">open-sesame", string(found[1])}, strings.Fields(string(found[2]))...)
	if err := connect(t, s.URL()).ACLSetUser(t.Context(), "worker", rules...).Err(); err != nil {
		t.Fatal(err)
	}
	client, err := progress.Connect("redis://worker@"+s.Address(), "open-sesame")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if warnings, err := progress.Inspect(t.Context(), client); err != nil || len(warnings) != 0 {
		t.Errorf("inspect: %q, %v", warnings, err)
	}
	p := progress.New(client, progress.Options{})
	rebuild(t, p, 1, document(1, 1))
	wantWatermark(t, p, 1, true)
	if got := listed(t, p, engine.Filter{Tenant: "contoso", Open: true}); len(got) != 1 {
		t.Errorf("listed %v", got)
	}
	_, failed := p.Summary(t.Context())
	if err := errors.Join(failed, p.Refresh(t.Context())); err != nil {
		t.Error(err)
	}
	for _, budget := range []throttle.Budget{{}, {Calls: 1, Per: time.Second}} {
		g := progress.NewGate(client, progress.GateOptions{Budget: budget, Timeout: 5 * time.Second})
		wait(t, g, "fabrikam")
		g.Close(t.Context(), "contoso", time.Second)
		if err := g.Healthy(); err != nil {
			t.Error(err)
		}
	}
	if err := client.Set(t.Context(), "other", "x", 0).Err(); !redis.HasErrorPrefix(err, "NOPERM") {
		t.Errorf("another's key was written: %v", err)
	}
}

func TestInspectTellsWhatMayLoseThePicture(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		want []string
	}{
		"as it should be": {nil, nil},
		"eviction":        {[]string{"--maxmemory-policy", "allkeys-lru"}, []string{"noeviction"}},
		"no file":         {[]string{"--appendonly", "no"}, []string{"appendonly"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warnings, err := progress.Inspect(t.Context(), connect(t, redistest.Start(t, tc.args...).URL()))
			if err != nil || len(warnings) != len(tc.want) {
				t.Fatalf("%q, %v", warnings, err)
			}
			for i, want := range tc.want {
				if !strings.Contains(warnings[i], want) {
					t.Errorf("%q does not name %s", warnings[i], want)
				}
			}
		})
	}
	if warnings, err := progress.Inspect(t.Context(), embedded(t).client); err != nil || len(warnings) != 1 {
		t.Errorf("a server that tells nothing: %q, %v", warnings, err)
	}
	if warnings, err := progress.Inspect(t.Context(), cluster(t).client); err != nil || len(warnings) != 0 {
		t.Errorf("cluster: %q, %v", warnings, err)
	}
	s := redistest.Start(t)
	s.Kill()
	if _, err := progress.Inspect(t.Context(), connect(t, s.URL())); err == nil {
		t.Error("a server that is away passes")
	}
}
