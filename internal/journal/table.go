package journal

import (
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

// Names of the durable consumers.
const (
	workerConsumer    = "workers"
	projectorConsumer = "projector"
)

// AckWait is how long a trigger may go without a sign of life before it is delivered again.
const AckWait = 30 * time.Second

// Options shape what Provision makes.
type Options struct {
	Replicas int // of every stream; 0 means 1
}

type definition struct {
	stream   jetstream.StreamConfig
	consumer *jetstream.ConsumerConfig
}

// table is the one place that says what streams and consumers there are.
func table(o Options) []definition {
	queue := func(name string, family event.Family) jetstream.StreamConfig {
		return jetstream.StreamConfig{Name: name, Subjects: []string{event.All(family)}, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew}
	}
	log := func(name string, families ...event.Family) jetstream.StreamConfig {
		c := jetstream.StreamConfig{Name: name, DenyDelete: true, AllowDirect: true}
		for _, family := range families {
			c.Subjects = append(c.Subjects, event.All(family))
		}
		return c
	}
	wakes := queue(WakeStream, event.Wakes)
	wakes.Discard, wakes.AllowMsgSchedules, wakes.AllowRollup = jetstream.DiscardOld, true, true // schedules exclude DiscardNew
	events := log(EventStream, event.Events)
	events.DenyPurge = true
	accounts := log(AccountStream, event.Accounts)
	accounts.MaxMsgsPerSubject, accounts.DenyDelete = 1, false
	out := []definition{
		{queue(RequestStream, event.Requests), puller(workerConsumer, "", 1000)},
		{queue(DecisionStream, event.Decisions), puller(workerConsumer, "", 256)},
		{wakes, puller(workerConsumer, event.AllDue, 1000)},
		{events, puller(projectorConsumer, "", 10_000)},
		{log(PlanStream, event.Plans, event.Evidence), nil},
		{accounts, nil},
		{log(DeadLetterStream, event.DeadLetters), nil},
	}
	for i := range out {
		out[i].stream.Replicas, out[i].stream.Storage = max(o.Replicas, 1), jetstream.FileStorage
	}
	return out
}

func puller(name, filter string, pending int) *jetstream.ConsumerConfig {
	return &jetstream.ConsumerConfig{Durable: name, FilterSubject: filter, AckPolicy: jetstream.AckExplicitPolicy, AckWait: AckWait,
		MaxDeliver: -1, MaxAckPending: pending}
}
