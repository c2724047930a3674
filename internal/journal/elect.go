package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const leaderTTL = 30 * time.Second

// Lead tries to win or keep the office of the sweeper: term is 0 at first, then what the last call returned. Call it every third of
// 30 seconds; a returned 0 without an error means that another worker has the office. Two sweepers for a moment do no harm: all they
// publish are wake-ups, which the journal judges.
func (j *Journal) Lead(ctx context.Context, worker string, term uint64) (uint64, error) {
	kv, err := j.js.KeyValue(ctx, leaderBucket)
	if err != nil {
		return 0, fmt.Errorf("elect the sweeper: %w", absent(err, "bucket "+leaderBucket, jetstream.ErrBucketNotFound))
	}
	if term == 0 {
		term, err = kv.Create(ctx, "sweeper", []byte(worker))
	} else {
		term, err = kv.Update(ctx, "sweeper", []byte(worker), term)
	}
	if errors.Is(err, jetstream.ErrKeyExists) || refused(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("elect the sweeper: %w", err)
	}
	return term, nil
}
