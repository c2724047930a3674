package progress

import "testing"

func TestAnOldServerIsRefused(t *testing.T) {
	t.Parallel()
	for version, refused := range map[string]bool{"6.2.14": true, "5.0.7": true, "7.0.15": false, "8.4.0": false, "": false} {
		_, err := judge(map[string]string{"redis_version": version, "maxmemory_policy": "noeviction", "aof_enabled": "1"})
		if (err != nil) != refused {
			t.Errorf("%q: %v", version, err)
		}
	}
}
