package progress

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// minimum is the oldest major version whose scripts know the shebang line.
const minimum = 7

// Inspect looks at the servers. It fails when one does not answer or is too old; a warning is one line on what may lose the picture or
// stop it. All can be healed by a rebuild, so none needs to keep a worker from starting.
func Inspect(ctx context.Context, client redis.UniversalClient) (warnings []string, err error) {
	cluster, isCluster := client.(*redis.ClusterClient)
	if !isCluster {
		return inspect(ctx, client)
	}
	var mu sync.Mutex
	err = cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		found, err := inspect(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		for _, w := range found {
			warnings = append(warnings, node.Options().Addr+": "+w)
		}
		return err
	})
	return warnings, err
}

func inspect(ctx context.Context, node redis.Cmdable) (warnings []string, err error) {
	if err := node.Ping(ctx).Err(); err != nil {
		return nil, fmt.Errorf("the server of the picture does not answer: %w", err)
	}
	info, ok := readInfo(ctx, node)
	if !ok {
		return []string{"it does not tell its version and settings (INFO); it should be Redis 7 or later with maxmemory-policy noeviction " +
			"and appendonly yes"}, nil
	}
	return judge(info)
}

// readInfo asks for what judge looks at. ok is false when the user may not ask, or the server cannot tell.
func readInfo(ctx context.Context, node redis.Cmdable) (info map[string]string, ok bool) {
	info = map[string]string{}
	for _, section := range []string{"server", "memory", "persistence"} {
		text, err := node.Info(ctx, section).Result()
		if err != nil {
			return nil, false
		}
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			info[name] = value
		}
	}
	return info, true
}

func judge(info map[string]string) (warnings []string, err error) {
	version := info["redis_version"]
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < minimum {
		return nil, fmt.Errorf("the server of the picture is Redis %s: version %d or later is needed (or a Valkey)", version, minimum)
	}
	if policy := info["maxmemory_policy"]; policy != "noeviction" {
		warnings = append(warnings, fmt.Sprintf("maxmemory-policy is %q: when memory runs out, requests vanish from the picture; set it to noeviction", policy))
	}
	if info["aof_enabled"] != "1" {
		warnings = append(warnings, "appendonly is off: a restart loses what was written since the last snapshot, and the picture is rebuilt from the journal")
	}
	return warnings, nil
}
