package redistest_test

import (
	"errors"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func connect(t *testing.T, s *redistest.Server) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAKilledServerKeepsWhatItAnsweredFor(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := connect(t, s)
	if err := c.Set(t.Context(), "a", "1", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Address()); err == nil {
		_ = conn.Close()
		t.Fatal("the killed server answers")
	}
	s.Restart()
	if got, err := c.Get(t.Context(), "a").Result(); err != nil || got != "1" {
		t.Fatalf("got %q, %v", got, err)
	}
	s.Kill()
	s.Wipe()
	s.Restart()
	if err := c.Get(t.Context(), "a").Err(); !errors.Is(err, redis.Nil) {
		t.Fatalf("wiped: got %v", err)
	}
}

func TestServersDoNotShareTheirData(t *testing.T) {
	t.Parallel()
	a, b := connect(t, redistest.Start(t)), connect(t, redistest.Start(t, "--maxmemory", "50mb"))
	if err := a.Set(t.Context(), "a", "1", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := b.DBSize(t.Context()).Result(); err != nil || n != 0 {
		t.Fatalf("%d keys, %v", n, err)
	}
}

func TestTheClusterRefusesKeysOfTwoSlots(t *testing.T) {
	t.Parallel()
	c := connect(t, redistest.StartCluster(t))
	if err := c.MSet(t.Context(), "{a}1", "x", "{a}2", "x").Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.MSet(t.Context(), "{a}1", "x", "{b}1", "x").Err(); !redis.HasErrorPrefix(err, "CROSSSLOT") {
		t.Fatalf("got %v", err)
	}
}
