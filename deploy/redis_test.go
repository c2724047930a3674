package deploy_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

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
