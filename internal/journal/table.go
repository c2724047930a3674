package journal

import (
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Names of the streams.
const (
	RequestStream    = "DEPROVISION_REQUESTS"
	DecisionStream   = "DEPROVISION_DECISIONS"
	WakeStream       = "DEPROVISION_WAKES"
	EventStream      = "DEPROVISION_EVENTS"
	PlanStream       = "DEPROVISION_PLANS"
	AccountStream    = "DEPROVISION_ACCOUNTS"
	DeadLetterStream = "DEPROVISION_DEADLETTERS"
)

// Names of the durable consumers, and of the bucket that holds the sweeper's office.
const (
	workerConsumer    = "workers"
	projectorConsumer = "projector"
	leaderBucket      = "DEPROVISION_LEADER"
)

// short is a stream's name in metrics, e.g. "requests".
func short(stream string) string { return strings.ToLower(strings.TrimPrefix(stream, "DEPROVISION_")) }

type definition struct {
	stream   jetstream.StreamConfig
	consumer *jetstream.ConsumerConfig
}

// table is the one place that says what streams and consumers there are; docs/streams.md gives the reasons. The options are whole.
func table(o Options) []definition {
	queue := func(name string, family event.Family) jetstream.StreamConfig {
		return jetstream.StreamConfig{Name: name, Subjects: []string{event.All(family)}, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardNew, MaxMsgs: o.MaxMessages, MaxBytes: o.MaxBytes, MaxMsgSize: o.MaxMessage}
	}
	log := func(name string, families ...event.Family) jetstream.StreamConfig {
		c := jetstream.StreamConfig{Name: name, DenyDelete: true, AllowDirect: true, MaxMsgSize: maxLog}
		for _, family := range families {
			c.Subjects = append(c.Subjects, event.All(family))
		}
		return c
	}
	wakes := jetstream.StreamConfig{Name: WakeStream, Subjects: []string{event.All(event.Wakes)}, Retention: jetstream.WorkQueuePolicy,
		AllowMsgSchedules: true, AllowRollup: true, MaxMsgSize: maxWake}
	accounts := log(AccountStream, event.Accounts, event.Brakes)
	accounts.MaxMsgsPerSubject, accounts.DenyDelete = 1, false
	letters := log(DeadLetterStream, event.DeadLetters)
	letters.MaxBytes = maxLetter
	out := []definition{
		{queue(RequestStream, event.Requests), puller(workerConsumer, "", unlimited, o.AckWait)},
		{queue(DecisionStream, event.Decisions), puller(workerConsumer, "", unlimited, o.AckWait)},
		{wakes, puller(workerConsumer, event.AllDue, unlimited, o.AckWait)},
		{log(EventStream, event.Events), puller(projectorConsumer, "", 10_000, o.AckWait)},
		{log(PlanStream, event.Plans, event.Evidence), nil},
		{accounts, nil},
		{letters, nil},
	}
	for i := range out {
		out[i].stream.Replicas, out[i].stream.Storage = o.Replicas, jetstream.FileStorage
	}
	return out
}

// puller makes a shared durable consumer. Messages that wait after a negative acknowledgement count as pending: with a limit, a
// thousand requests of an unknown tenant would stop the deliveries of all others.
func puller(name, filter string, pending int, wait time.Duration) *jetstream.ConsumerConfig {
	return &jetstream.ConsumerConfig{Durable: name, FilterSubject: filter, AckPolicy: jetstream.AckExplicitPolicy, AckWait: wait,
		MaxDeliver: unlimited, MaxAckPending: pending}
}

// office is the bucket in which the workers elect the sweeper.
func office(o Options) jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{Bucket: leaderBucket, TTL: leaderTTL, Storage: jetstream.FileStorage, Replicas: o.Replicas}
}
