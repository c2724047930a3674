package progress

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Summary says how many requests have not ended.
type Summary struct {
	Open          map[string]map[string]int // by service, then state: held, contested, released, parked, waiting
	OldestWaiting time.Duration             // age of the request that has waited longest for a decision; 0 when none waits
}

// Summary counts the requests that have not ended. It costs two small reads, however many there are.
func (p *Picture) Summary(ctx context.Context) (Summary, error) {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	pipe := p.client.Pipeline()
	counts, oldest := pipe.HGetAll(ctx, p.keys.counts()), pipe.ZRangeWithScores(ctx, p.keys.waiting(), 0, 0)
	if _, err := pipe.Exec(ctx); err != nil {
		return Summary{}, fmt.Errorf("summary: %w", err)
	}
	s := Summary{Open: map[string]map[string]int{}}
	for name, text := range counts.Val() {
		service, status, _ := strings.Cut(name, ":")
		count, err := strconv.Atoi(text)
		if err != nil || deprovision.Status(status).Terminal() {
			continue
		}
		if s.Open[service] == nil {
			s.Open[service] = map[string]int{}
		}
		s.Open[service][status] = count
	}
	s.OldestWaiting = p.age(oldest.Val())
	return s, nil
}

func (p *Picture) age(oldest []redis.Z) time.Duration {
	if len(oldest) == 0 {
		return 0
	}
	return max(0, p.options.Clock.Now().Sub(time.UnixMilli(int64(oldest[0].Score))))
}
