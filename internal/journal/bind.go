package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrNotProvisioned says that a stream, consumer or bucket is missing or not as it must be.
var ErrNotProvisioned = errors.New("run `worker provision`")

// Bind verifies that every stream, consumer and bucket is there and as it must be, and changes nothing. An error that wraps
// [ErrNotProvisioned] names the first that is not; a [TooOld] says that the server can't do it.
func Bind(ctx context.Context, nc *nats.Conn) (*Journal, error) {
	js, err := ready(nc)
	if err != nil {
		return nil, err
	}
	o, err := Options{}.withDefaults()
	if err != nil {
		return nil, err
	}
	for _, d := range table(o) {
		if err := verify(ctx, js, d); err != nil {
			return nil, err
		}
	}
	if _, err := js.KeyValue(ctx, leaderBucket); err != nil {
		return nil, absent(err, "bucket "+leaderBucket, jetstream.ErrBucketNotFound)
	}
	return &Journal{nc: nc, js: js, askFor: askFor, poll: poll}, nil
}

func verify(ctx context.Context, js jetstream.JetStream, d definition) error {
	stream, err := js.Stream(ctx, d.stream.Name)
	if err != nil {
		return absent(err, "stream "+d.stream.Name, jetstream.ErrStreamNotFound)
	}
	if field := streamDiffers(stream.CachedInfo().Config, d.stream); field != "" {
		return fmt.Errorf("stream %s has another %s than it must have: %w", d.stream.Name, field, ErrNotProvisioned)
	}
	if d.consumer == nil {
		return nil
	}
	consumer, err := stream.Consumer(ctx, d.consumer.Durable)
	if err != nil {
		return absent(err, "consumer "+d.consumer.Durable+" of "+d.stream.Name, jetstream.ErrConsumerNotFound)
	}
	if field := consumerDiffers(consumer.CachedInfo().Config, *d.consumer); field != "" {
		return fmt.Errorf("consumer %s of %s has another %s than it must have: %w", d.consumer.Durable, d.stream.Name, field, ErrNotProvisioned)
	}
	return nil
}

func absent(err error, what string, missing error) error {
	if errors.Is(err, missing) {
		return fmt.Errorf("%s is missing: %w", what, ErrNotProvisioned)
	}
	return fmt.Errorf("look at %s: %w", what, err)
}

// streamDiffers names the first setting that breaks a promise; an operator may change the others.
func streamDiffers(got, want jetstream.StreamConfig) string {
	slices.Sort(got.Subjects)
	slices.Sort(want.Subjects)
	switch {
	case !slices.Equal(got.Subjects, want.Subjects):
		return "list of subjects"
	case got.Retention != want.Retention:
		return "retention"
	case got.Discard != want.Discard:
		return "discard policy"
	case got.MaxAge != 0:
		return "maximum age"
	case got.DenyDelete != want.DenyDelete || got.DenyPurge != want.DenyPurge:
		return "protection from deletion"
	case got.AllowMsgSchedules != want.AllowMsgSchedules:
		return "message schedules setting"
	case max(got.MaxMsgsPerSubject, 0) != want.MaxMsgsPerSubject:
		return "limit per subject"
	case limited(got.MaxMsgs) != limited(want.MaxMsgs):
		return "limit of messages"
	case limited(got.MaxBytes) != limited(want.MaxBytes):
		return "limit of bytes"
	case !fits(got, want):
		return "limit per message"
	case got.Storage != want.Storage:
		return "storage"
	}
	return ""
}

func limited(n int64) bool { return n > 0 }

// fits says that a queue takes no larger message than a dead letter can keep, and a log no smaller one than is written to it.
func fits(got, want jetstream.StreamConfig) bool {
	if want.Discard == jetstream.DiscardNew {
		return got.MaxMsgSize > 0 && got.MaxMsgSize <= want.MaxMsgSize
	}
	return got.MaxMsgSize <= 0 || got.MaxMsgSize >= want.MaxMsgSize
}

func consumerDiffers(got, want jetstream.ConsumerConfig) string {
	switch {
	case got.AckPolicy != want.AckPolicy:
		return "acknowledgement policy"
	case got.AckWait < minWait:
		return "acknowledgement wait"
	case got.MaxDeliver != want.MaxDeliver:
		return "limit of deliveries"
	case len(got.BackOff) > 0:
		return "back-off"
	case got.MaxAckPending != want.MaxAckPending:
		return "limit of pending acknowledgements"
	case got.FilterSubject != want.FilterSubject || len(got.FilterSubjects) > 0:
		return "filter"
	}
	return ""
}
