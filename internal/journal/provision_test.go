package journal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stale expects that Bind names what is wrong, and that Provision mends it.
func stale(t *testing.T, nc *nats.Conn, want string) {
	t.Helper()
	if _, err := journal.Bind(t.Context(), nc); !errors.Is(err, journal.ErrNotProvisioned) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	provision(t, nc, journal.Options{})
	bind(t, nc)
}

func TestBindNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	nc := dial(t, serve(t).ClientURL())
	stale(t, nc, "stream DEPROVISION_REQUESTS is missing")
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for want, remove := range map[string]func() error{
		"consumer workers of DEPROVISION_WAKES is missing":    func() error { return js.DeleteConsumer(t.Context(), journal.WakeStream, "workers") },
		"consumer projector of DEPROVISION_EVENTS is missing": func() error { return js.DeleteConsumer(t.Context(), journal.EventStream, "projector") },
		"stream DEPROVISION_PLANS is missing":                 func() error { return js.DeleteStream(t.Context(), journal.PlanStream) },
		"bucket DEPROVISION_LEADER is missing":                func() error { return js.DeleteKeyValue(t.Context(), "DEPROVISION_LEADER") },
	} {
		if err := remove(); err != nil {
			t.Fatal(err)
		}
		stale(t, nc, want)
	}
}

func TestBindNamesTheSettingThatBreaksAPromise(t *testing.T) {
	t.Parallel()
	nc := dial(t, serve(t).ClientURL())
	provision(t, nc, journal.Options{})
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		stream, want string
		change       func(*jetstream.StreamConfig)
	}{
		{journal.RequestStream, "maximum age", func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour }},
		{journal.RequestStream, "limit of messages", func(c *jetstream.StreamConfig) { c.MaxMsgs = -1 }},
		{journal.DecisionStream, "limit of bytes", func(c *jetstream.StreamConfig) { c.MaxBytes = -1 }},
		{journal.RequestStream, "limit per message", func(c *jetstream.StreamConfig) { c.MaxMsgSize = 1 << 20 }},
		{journal.RequestStream, "limit per message", func(c *jetstream.StreamConfig) { c.MaxMsgSize = -1 }},
		{journal.RequestStream, "discard policy", func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }},
		{journal.RequestStream, "list of subjects", func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, "more") }},
		{journal.EventStream, "limit of messages", func(c *jetstream.StreamConfig) { c.MaxMsgs = 10 }},
		{journal.EventStream, "limit of bytes", func(c *jetstream.StreamConfig) { c.MaxBytes = 1 << 20 }},
		{journal.EventStream, "limit per message", func(c *jetstream.StreamConfig) { c.MaxMsgSize = 1 << 10 }},
		{journal.EventStream, "limit per subject", func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1 }},
		{journal.AccountStream, "limit per subject", func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 5 }},
	} {
		config := stream(t, nc, c.stream).CachedInfo().Config
		c.change(&config)
		if _, err := js.UpdateStream(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		stale(t, nc, c.want)
	}
	for want, change := range map[string]func(*jetstream.ConsumerConfig){
		"limit of pending acknowledgements": func(c *jetstream.ConsumerConfig) { c.MaxAckPending = 10 },
		"limit of deliveries":               func(c *jetstream.ConsumerConfig) { c.MaxDeliver = 5 },
	} {
		consumer, err := stream(t, nc, journal.RequestStream).Consumer(t.Context(), "workers")
		if err != nil {
			t.Fatal(err)
		}
		config := consumer.CachedInfo().Config
		change(&config)
		if _, err := js.UpdateConsumer(t.Context(), journal.RequestStream, config); err != nil {
			t.Fatal(err)
		}
		stale(t, nc, want)
	}
}

func TestFullQueueRefusesAndKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	_, nc := bound(t, journal.Options{MaxMessages: 2, MaxMessage: 4 << 10})
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(subject string, size int) jetstream.ErrorCode {
		var refusal *jetstream.APIError
		if _, err := js.Publish(t.Context(), subject, make([]byte, size)); errors.As(err, &refusal) {
			return refusal.ErrorCode
		} else if err != nil {
			t.Fatal(err)
		}
		return 0
	}
	const tooLarge, full = 10054, 10077
	for _, subject := range []string{"deprovision.request.contoso.teams.r", "deprovision.decision.contoso.teams.r"} {
		for i, c := range []struct {
			size int
			want jetstream.ErrorCode
		}{{10, 0}, {5 << 10, tooLarge}, {10, 0}, {10, full}} {
			if got := publish(subject, c.size); got != c.want {
				t.Errorf("%s %d: error %d, want %d", subject, i, got, c.want)
			}
		}
	}
	if n := left(t, nc, journal.RequestStream); n != 2 {
		t.Errorf("%d requests are left", n)
	}
}

func TestOptionsOutOfRangeAreNamed(t *testing.T) {
	t.Parallel()
	nc := dial(t, serve(t).ClientURL())
	for field, o := range map[string]journal.Options{
		"replicas":    {Replicas: 6},
		"maxMessages": {MaxMessages: -1},
		"maxBytes":    {MaxBytes: 10},
		"maxMessage":  {MaxMessage: journal.MaxRequest + 1},
		"ackWait":     {AckWait: time.Millisecond},
	} {
		var invalid *deprovision.Invalid
		if err := journal.Provision(t.Context(), nc, o); !errors.As(err, &invalid) || invalid.Field != field || invalid.Allowed == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}
