package journal_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestEveryKindOfTriggerReachesTheHandler(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	consume(t, j, handle)
	send(t, nc, "r1")
	if trigger := receive(t, got); trigger.Kind != engine.RequestTrigger || trigger.Request.Digest() != request().Digest() {
		t.Errorf("%+v", trigger)
	}
	ref := request().Ref()
	if err := j.Sweep(t.Context(), ref, 7); err != nil {
		t.Fatal(err)
	}
	if trigger := receive(t, got); trigger.Kind != engine.SweepTrigger || trigger.Seq != 7 || trigger.Ref != ref {
		t.Errorf("%+v", trigger)
	}
	if err := j.Wake(t.Context(), ref, deprovision.Park{Seq: 8, Until: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if trigger := receive(t, got); trigger.Kind != engine.WakeTrigger || trigger.Seq != 8 || trigger.Ref != ref {
		t.Errorf("%+v", trigger)
	}
	for _, name := range []string{journal.RequestStream, journal.WakeStream} {
		emptied(t, nc, name)
	}
}

func TestDeciderGetsItsAnswerOnItsInbox(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	consume(t, j, func(_ context.Context, trigger engine.Trigger) engine.Verdict {
		trigger.Answer(map[deprovision.Verb]string{deprovision.Force: "it has ended"}[trigger.Decision.Verb])
		return ack
	})
	for verb, want := range map[deprovision.Verb]journal.Answer{
		deprovision.Cancel: {Accepted: true},
		deprovision.Force:  {Refusal: "it has ended"},
	} {
		for _, inbox := range []string{nats.NewInbox(), "_INBOX_contoso.x"} {
			answers, err := nc.SubscribeSync(inbox)
			if err != nil {
				t.Fatal(err)
			}
			msg, err := event.EncodeDecision(deprovision.Decision{ID: "d1", Tenant: "contoso", Service: request().Service, Request: "r1",
				Verb: verb, DecidedBy: "soc"}, "")
			if err != nil {
				t.Fatal(err)
			}
			msg.Header.Set(event.AnswerTo, inbox)
			if err := nc.PublishMsg(msg); err != nil {
				t.Fatal(err)
			}
			var got journal.Answer
			if msg, err := answers.NextMsg(soon); err != nil || json.Unmarshal(msg.Data, &got) != nil || got != want {
				t.Errorf("%s on %s: got %+v, %v", verb, inbox, got, err)
			}
		}
	}
}

func TestAnswersGoToInboxesOnly(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]bool{
		"_INBOX.a": true, "_INBOX.a.b": true, "_INBOX_contoso.a": true,
		"": false, "_INBOX": false, "_INBOX.": false, "_INBOX.>": false, "_INBOX.*": false, "_INBOXES.a": false, "_INBOX.a b": false,
		"deprovision.event.contoso.teams.r1": false, "$JS.API.STREAM.PURGE.X": false, "_INBOX.a\r\nPUB x": false,
	} {
		if got := journal.IsInbox(subject); got != want {
			t.Errorf("%q: %t", subject, got)
		}
	}
}

func TestNakedMessageComesAgainAfterItsDelay(t *testing.T) {
	t.Parallel()
	const delay = 300 * time.Millisecond
	j, nc := bound(t)
	at := make(chan time.Time, 10)
	var deliveries atomic.Int32
	consume(t, j, func(context.Context, engine.Trigger) engine.Verdict {
		at <- time.Now()
		if deliveries.Add(1) == 1 {
			return engine.Verdict{Fate: engine.Nak, Delay: delay}
		}
		return ack
	})
	send(t, nc, "r1")
	first, second := <-at, <-at
	if second.Sub(first) < delay {
		t.Errorf("again after %s, want at least %s", second.Sub(first), delay)
	}
	emptied(t, nc, journal.RequestStream)
}

func TestSilenceLeavesAMessageForItsAckWait(t *testing.T) {
	t.Parallel()
	const wait = 500 * time.Millisecond
	j, nc := bound(t, journal.Options{AckWait: wait})
	at := make(chan time.Time, 10)
	var deliveries atomic.Int32
	consume(t, j, func(context.Context, engine.Trigger) engine.Verdict {
		at <- time.Now()
		if deliveries.Add(1) == 1 {
			return engine.Verdict{Fate: engine.Silent}
		}
		return ack
	})
	send(t, nc, "r1")
	first, second := <-at, <-at
	if second.Sub(first) < wait/2 {
		t.Errorf("again after %s already", second.Sub(first))
	}
	emptied(t, nc, journal.RequestStream)
}

func TestLongHandlerKeepsItsMessage(t *testing.T) {
	t.Parallel()
	const wait = 600 * time.Millisecond
	j, nc := bound(t, journal.Options{AckWait: wait})
	var long atomic.Int32
	finished := make(chan string, 10)
	consume(t, j, func(_ context.Context, trigger engine.Trigger) engine.Verdict {
		if trigger.Ref.Request == "long" {
			long.Add(1)
			<-time.After(4 * wait) // the work itself, four times as long as the server would wait
		}
		finished <- trigger.Ref.Request
		return ack
	})
	send(t, nc, "long")
	send(t, nc, "short")
	if first, second := <-finished, <-finished; first != "short" || second != "long" {
		t.Errorf("%s ended before %s", first, second)
	}
	if n := long.Load(); n != 1 {
		t.Errorf("delivered %d times", n)
	}
	emptied(t, nc, journal.RequestStream)
}

func TestStopEndsTheHandlersContextAndWaitsForIt(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	begun := make(chan struct{})
	var ended atomic.Bool
	c := consume(t, j, func(ctx context.Context, _ engine.Trigger) engine.Verdict {
		close(begun)
		<-ctx.Done()
		ended.Store(true)
		return ack
	})
	send(t, nc, "r1")
	<-begun
	stop(t, c)
	if !ended.Load() {
		t.Error("Stop returned before the handler")
	}
	if n := left(t, nc, journal.RequestStream); n != 0 {
		t.Errorf("%d messages are left: the acknowledgement was not sent", n)
	}
	send(t, nc, "r2") // nobody takes it: begun would be closed twice
	if n := left(t, nc, journal.RequestStream); n != 1 {
		t.Errorf("%d messages are left", n)
	}
}

func TestStopGivesUpWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	begun, release := make(chan struct{}), make(chan struct{})
	c := consume(t, j, func(context.Context, engine.Trigger) engine.Verdict { close(begun); <-release; return ack })
	send(t, nc, "r1")
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Stop(ctx); err == nil {
		t.Error("a handler still ran, and nobody was told")
	}
	close(release)
}

func TestPanicCostsItsMessageADelayAndNothingElse(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	var log logBuffer
	finished := make(chan string, 10)
	consume(t, j, func(_ context.Context, trigger engine.Trigger) engine.Verdict {
		if trigger.Ref.Request == "bad" {
			panic("a fault in the program")
		}
		finished <- trigger.Ref.Request
		return ack
	}, func(c *journal.Consumer) { c.Log, c.Slots = slog.New(slog.NewJSONHandler(&log, nil)), make(slots, 1) })
	send(t, nc, "bad")
	send(t, nc, "good")
	if id := <-finished; id != "good" {
		t.Error(id)
	}
	eventually(t, "the good one is acknowledged", func(context.Context) bool { return left(t, nc, journal.RequestStream) == 1 })
	consumer, err := stream(t, nc, journal.RequestStream).Consumer(t.Context(), "workers")
	if err != nil || consumer.CachedInfo().NumAckPending != 1 {
		t.Errorf("%+v, %v: the bad one does not wait for its delay", consumer.CachedInfo(), err)
	}
	if got := log.String(); !strings.Contains(got, "a fault in the program") || !strings.Contains(got, "consumer_test.go") {
		t.Errorf("the log has no panic with its stack: %s", got)
	}
}
