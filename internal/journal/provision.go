package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// MinServer is the oldest nats-server that is accepted: message schedules came with 2.12.
const MinServer = "2.12.0"

// ErrNotProvisioned says that a stream or consumer is missing or not as it must be.
var ErrNotProvisioned = errors.New("run `worker provision`")

// Provision creates or updates every stream and consumer. It may be repeated.
func Provision(ctx context.Context, nc *nats.Conn, o Options) error {
	js, err := ready(nc)
	if err != nil {
		return err
	}
	for _, d := range table(o) {
		if _, err := js.CreateOrUpdateStream(ctx, d.stream); err != nil {
			return fmt.Errorf("provision stream %s: %w", d.stream.Name, err)
		}
		if d.consumer == nil {
			continue
		}
		if _, err := js.CreateOrUpdateConsumer(ctx, d.stream.Name, *d.consumer); err != nil {
			return fmt.Errorf("provision consumer %s of %s: %w", d.consumer.Durable, d.stream.Name, err)
		}
	}
	return nil
}

// Bind verifies that every stream and consumer is there and as it must be, and changes nothing. An error that wraps
// [ErrNotProvisioned] names the first that is not.
func Bind(ctx context.Context, nc *nats.Conn) (*Journal, error) {
	js, err := ready(nc)
	if err != nil {
		return nil, err
	}
	for _, d := range table(Options{}) {
		stream, err := js.Stream(ctx, d.stream.Name)
		if err != nil {
			return nil, absent(err, "stream "+d.stream.Name, jetstream.ErrStreamNotFound)
		}
		if field := differs(stream.CachedInfo().Config, d.stream); field != "" {
			return nil, fmt.Errorf("stream %s has another %s than it must have: %w", d.stream.Name, field, ErrNotProvisioned)
		}
		if d.consumer == nil {
			continue
		}
		consumer, err := stream.Consumer(ctx, d.consumer.Durable)
		if err != nil {
			return nil, absent(err, "consumer "+d.consumer.Durable+" of "+d.stream.Name, jetstream.ErrConsumerNotFound)
		}
		got := consumer.CachedInfo().Config
		if got.AckPolicy != d.consumer.AckPolicy || got.AckWait != d.consumer.AckWait || got.MaxDeliver != -1 ||
			got.FilterSubject != d.consumer.FilterSubject {
			return nil, fmt.Errorf("consumer %s of %s is not configured as it must be: %w", d.consumer.Durable, d.stream.Name, ErrNotProvisioned)
		}
	}
	return &Journal{nc: nc, js: js}, nil
}

func absent(err error, what string, missing error) error {
	if errors.Is(err, missing) {
		return fmt.Errorf("%s is missing: %w", what, ErrNotProvisioned)
	}
	return fmt.Errorf("look at %s: %w", what, err)
}

func differs(got, want jetstream.StreamConfig) string {
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
	case want.MaxMsgsPerSubject > 0 && got.MaxMsgsPerSubject != want.MaxMsgsPerSubject:
		return "limit per subject"
	case got.Storage != want.Storage:
		return "storage"
	}
	return ""
}

func ready(nc *nats.Conn) (jetstream.JetStream, error) {
	if version := nc.ConnectedServerVersion(); !atLeast(version, MinServer) {
		return nil, fmt.Errorf("nats-server %q is too old: message schedules need %s; upgrade every server of the cluster", version, MinServer)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nil
}

func atLeast(version, least string) bool {
	have, want := strings.SplitN(version, ".", 3), strings.SplitN(least, ".", 3)
	if len(have) < 3 {
		return false
	}
	for i := range want {
		digits := have[i][:len(have[i])-len(strings.TrimLeft(have[i], "0123456789"))]
		h, err := strconv.Atoi(digits)
		w, _ := strconv.Atoi(want[i])
		if err != nil || h != w {
			return err == nil && h > w
		}
	}
	return true
}
