package progress_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestAnOlderUpdateChangesNothing(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		apply(t, p, 10, document(1, 9), document(1, 10, status(deprovision.Succeeded)))
		apply(t, p, 8, document(1, 8, status(deprovision.Waiting)), document(1, 9), document(1, 10, status(deprovision.Parked)))
		if got := get(t, p, 1); got.Seq != 10 || got.Status != deprovision.Succeeded {
			t.Errorf("seq %d, %s", got.Seq, got.Status)
		}
		if open := listed(t, p, engine.Filter{Open: true}); len(open) != 0 {
			t.Errorf("an ended request is listed as open: %v", open)
		}
		if got, err := p.Summary(t.Context()); err != nil || len(got.Open) != 0 || got.OldestWaiting != 0 {
			t.Errorf("summary %+v, %v", got, err)
		}
	})
}

// Several workers share the projector: batches of one request may be applied at the same time, in any order, more than once.
func TestAnyOrderOfUpdatesEndsInTheSamePicture(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		statuses := []deprovision.Status{deprovision.Held, deprovision.Waiting, deprovision.Held, deprovision.Parked, deprovision.Contested}
		const requests, events = 5, 40
		var all []progress.Update
		for number := range requests {
			for seq := range uint64(events) {
				d := document(number, seq+1, status(statuses[(int(seq)+number)%len(statuses)]), func(p *deprovision.Progress) {
					if p.Status == deprovision.Waiting {
						p.Stop = &deprovision.Stop{Seq: p.Seq}
					}
				})
				all = append(all, updates(uint64(len(all)+1), d)...)
			}
		}
		random := rand.New(rand.NewPCG(1, 2))
		var workers sync.WaitGroup
		for range 4 {
			mine := append([]progress.Update(nil), all...)
			random.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			p := progress.New(t.client, progress.Options{})
			workers.Go(func() {
				for len(mine) > 0 {
					n := min(7, len(mine))
					if err := p.Apply(t.Context(), mine[:n]); err != nil {
						t.Error(err)
						return
					}
					mine = mine[n:]
				}
			})
		}
		workers.Wait()
		p := progress.New(t.client, progress.Options{})
		counted := 0
		for number := range requests {
			want := statuses[(events-1+number)%len(statuses)]
			if got := get(t, p, number); got.Seq != events || got.Status != want {
				t.Errorf("request %d: seq %d, %s", number, got.Seq, got.Status)
			}
			for _, other := range statuses {
				for _, r := range listed(t, p, engine.Filter{Status: other}) {
					if r == document(number, 0).Request.ID && other != want {
						t.Errorf("request %d is %s and listed as %s", number, want, other)
					}
				}
			}
		}
		summary, err := p.Summary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range summary.Open["teams"] {
			counted += n
		}
		if counted != requests {
			t.Errorf("summary %+v", summary)
		}
	})
}

func TestTheDocumentIsPlainJSON(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		want := document(1, 1, func(p *deprovision.Progress) { p.Facts = map[string]string{"größe": "ünïcode \u2028 <&>"} })
		apply(t, p, 1, want)
		text, err := t.client.Get(t.Context(), "deprovision:{contoso.teams.r1}").Result()
		if err != nil {
			t.Fatal(err)
		}
		var got deprovision.Progress
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %s, %v", text, err)
		}
	})
}

func TestADocumentDeletedByHandComesBackWithTheNextDelivery(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		apply(t, p, 1, document(1, 1))
		if err := t.client.Del(t.Context(), "deprovision:{contoso.teams.r1}").Err(); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := p.Get(t.Context(), document(1, 0).Request.Ref()); ok || err != nil {
			t.Fatalf("found %t, %v", ok, err)
		}
		if got := listed(t, p, engine.Filter{}); len(got) != 0 {
			t.Fatalf("listed %v", got)
		}
		apply(t, p, 1, document(1, 1))
		get(t, p, 1)
	})
}

func TestAnUnusableNameIsPassedOver(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		apply(t, p, 1, document(1, 1, func(p *deprovision.Progress) { p.Request.Tenant = "}{index" }), document(2, 1))
		if got := listed(t, p, engine.Filter{}); len(got) != 1 {
			t.Errorf("listed %v", got)
		}
	})
}

func TestScriptsAreGivenAgainToAServerThatForgotThem(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		for seq := range uint64(3) {
			apply(t, p, seq+1, document(1, seq+1), document(2, seq+1))
			if err := t.client.ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
		if got := get(t, p, 2); got.Seq != 3 {
			t.Errorf("seq %d", got.Seq)
		}
	})
}

func TestSummaryTellsTheLongestWait(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		now := start.Add(3 * time.Hour)
		p := progress.New(t.client, progress.Options{Clock: at(now)})
		waiting := func(since time.Duration, stop uint64) func(*deprovision.Progress) {
			return func(p *deprovision.Progress) {
				p.Status, p.Updated, p.Stop = deprovision.Waiting, start.Add(since), &deprovision.Stop{Seq: stop}
			}
		}
		want := func(age time.Duration, what string) {
			t.Helper()
			got, err := p.Summary(t.Context())
			if err != nil || got.OldestWaiting != age {
				t.Fatalf("%s: %s, %v", what, got.OldestWaiting, err)
			}
		}
		want(0, "nobody waits")
		apply(t, p, 1, document(1, 1, waiting(time.Hour, 1)), document(2, 1, waiting(2*time.Hour, 1)))
		want(2*time.Hour, "the first waits longest")
		apply(t, p, 3, document(1, 2, waiting(150*time.Minute, 1)))
		want(2*time.Hour, "a refused decision does not begin the wait anew")
		apply(t, p, 4, document(1, 4, waiting(150*time.Minute, 4)))
		want(time.Hour, "another stop does")
		apply(t, p, 5, document(1, 5), document(2, 2, status(deprovision.Parked)))
		want(0, "nobody waits any more")
		got, err := p.Summary(t.Context())
		if err != nil || !reflect.DeepEqual(got.Open, map[string]map[string]int{"teams": {"held": 1, "parked": 1}}) {
			t.Errorf("open %v, %v", got.Open, err)
		}
	})
}

func TestOutOfMemoryChangesNothing(t *testing.T) {
	t.Parallel()
	s := realServer(t)
	p := progress.New(s.client, progress.Options{})
	apply(t, p, 1, document(1, 1))
	if err := s.client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(t.Context(), updates(2, document(1, 2, status(deprovision.Succeeded)))); !redis.HasErrorPrefix(err, "OOM") {
		t.Fatalf("got %v", err)
	}
	if got := get(t, p, 1); got.Seq != 1 {
		t.Errorf("seq %d", got.Seq)
	}
	if err := s.client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	apply(t, p, 2, document(1, 2, status(deprovision.Succeeded)))
	if got := listed(t, p, engine.Filter{Status: deprovision.Succeeded}); len(got) != 1 {
		t.Errorf("listed %v", got)
	}
}
