package journal

import (
	"context"
	"fmt"
	"time"
)

// Stream identifies the journal and says how far it is: when its stream was made, and the revision of its last event, 0 before the
// first. A picture that was drawn from a stream made at another time, or that is ahead of last, is not a picture of this journal.
func (j *Journal) Stream(ctx context.Context) (created time.Time, last uint64, err error) {
	stream, err := j.js.Stream(ctx, EventStream)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("look at the journal: %w", err)
	}
	info := stream.CachedInfo()
	return info.Created, info.State.LastSeq, nil
}

// Head returns the revision of the last event of all, 0 before the first.
func (j *Journal) Head(ctx context.Context) (uint64, error) {
	_, last, err := j.Stream(ctx)
	return last, err
}

// Drawn returns the revision up to which the projector has applied every event. Some behind it may be applied as well.
func (j *Journal) Drawn(ctx context.Context) (uint64, error) {
	consumer, err := j.js.Consumer(ctx, EventStream, projectorConsumer)
	if err != nil {
		return 0, fmt.Errorf("look at the projector: %w", err)
	}
	return consumer.CachedInfo().AckFloor.Stream, nil
}

// Lag returns how many events the projector has not applied yet: those it did not get, and those it did not acknowledge. The
// server counts new events with a moment's delay.
func (j *Journal) Lag(ctx context.Context) (uint64, error) {
	consumer, err := j.js.Consumer(ctx, EventStream, projectorConsumer)
	if err != nil {
		return 0, fmt.Errorf("look at the projector: %w", err)
	}
	info := consumer.CachedInfo()
	return info.NumPending + uint64(max(info.NumAckPending, 0)), nil
}
