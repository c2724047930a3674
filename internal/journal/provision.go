package journal

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Provision creates or updates every stream and consumer, and the bucket of the sweeper's office. It may be repeated.
func Provision(ctx context.Context, nc *nats.Conn, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
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
	if _, err := js.CreateOrUpdateKeyValue(ctx, office(o)); err != nil {
		return fmt.Errorf("provision bucket %s: %w", leaderBucket, err)
	}
	return nil
}

// ready checks the server's version and returns its JetStream.
func ready(nc *nats.Conn) (jetstream.JetStream, error) {
	if version := nc.ConnectedServerVersion(); !atLeast(version, MinServer) {
		return nil, &TooOld{Version: version}
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nil
}
