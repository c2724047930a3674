package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// queue delivers triggers as the work queues do: at least once, again 30 seconds after a delivery that nobody settled, and sometimes
// once more for no reason.
type queue struct {
	mu       sync.Mutex
	rand     *rand.Rand
	messages map[int]*message
	next     int
}

type message struct {
	trigger engine.Trigger
	due     time.Time
}

func (q *queue) put(t engine.Trigger, due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next++
	q.messages[q.next] = &message{t, due}
}

// take returns a message that is due.
func (q *queue) take() (int, engine.Trigger, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var due []int
	for id, m := range q.messages {
		if !m.due.After(time.Now()) {
			due = append(due, id)
		}
	}
	if len(due) == 0 {
		return 0, engine.Trigger{}, false
	}
	slices.Sort(due)
	id := due[q.rand.IntN(len(due))]
	q.messages[id].due = time.Now().Add(30 * time.Second)
	if q.rand.IntN(10) == 0 {
		q.messages[id].due = time.Now().Add(time.Second)
	}
	return id, q.messages[id].trigger, true
}

func (q *queue) settle(id int, v engine.Verdict) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch m := q.messages[id]; {
	case m == nil:
	case v.Fate == engine.Ack:
		delete(q.messages, id)
	case v.Fate == engine.Nak:
		m.due = time.Now().Add(v.Delay)
	}
}

func (q *queue) chance(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.rand.IntN(n) == 0
}

// chaos runs one request with workers that are killed at random points, answers that are lost, wake-ups that vanish and, at times,
// somebody who cancels or forces.
func chaos(t *testing.T, r *rig, seed uint64) {
	q := &queue{rand: rand.New(rand.NewPCG(seed, 1)), messages: map[int]*message{}}
	var calm atomic.Bool
	r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
		switch {
		case calm.Load():
		case q.chance(40):
			return memory.LostAfter
		case q.chance(40):
			return memory.LostBefore
		}
		return memory.None
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	q.put(confirmed(), time.Now())
	if seed%3 == 0 {
		verb := []deprovision.Verb{deprovision.Cancel, deprovision.Force}[seed%2]
		d, _ := r.decide(verb, "wish", 0)
		d.Answer = nil // nobody listens
		q.put(d, time.Now().Add(time.Duration(seed%120)*time.Second))
	}
	r.on(func(_, _ string) { time.Sleep(time.Duration(seed%7) * time.Second) })
	for i := range 2 {
		go func() {
			for n := 0; ctx.Err() == nil; n++ {
				r.live(ctx, q, fmt.Sprintf("w%d-%d", i, n))
			}
		}()
	}
	sweeper := r.worker("sweeper")
	for range 3000 { // minutes
		time.Sleep(time.Minute)
		for _, w := range r.journal.Wakes() {
			trigger, due := engine.Trigger{Kind: engine.WakeTrigger, Ref: w.Ref, Seq: w.Park.Seq}, w.Park.Until
			if w.Sweep != 0 {
				trigger.Kind, trigger.Seq, due = engine.SweepTrigger, w.Sweep, time.Now()
			} else if q.chance(3) {
				continue // the wake stream is purged
			}
			q.put(trigger, due)
		}
		last, err := r.journal.Last(ctx, ref)
		if err != nil {
			continue
		}
		if p := last.Progress; p.Status == deprovision.Waiting {
			d, _ := r.decide(deprovision.Retry, fmt.Sprint("retry-", p.Stop.Seq), p.Stop.Seq)
			d.Answer = nil
			q.put(d, time.Now())
		} else if p.Status.Terminal() && r.account().Open == "" {
			break
		}
		if err := sweeper.Sweep(ctx, all{r}, []string{"contoso"}); err != nil {
			continue // its turn comes again
		}
	}
	stop()
	calm.Store(true)
	time.Sleep(time.Hour) // what is under way ends
}

// live is the life of one worker: it handles messages until it is killed.
func (r *rig) live(ctx context.Context, q *queue, name string) {
	var w *worker
	killed := make(chan struct{})
	var once sync.Once
	w = r.worker(name, func(c *engine.Config) {
		c.At = func(engine.Point, deprovision.Progress) {
			if !w.dead() && q.chance(12) {
				w.kill()
				once.Do(func() { close(killed) })
			}
		}
	})
	for {
		id, trigger, ok := q.take()
		if ok {
			go func() {
				if v := w.handle(context.WithoutCancel(ctx), trigger); !w.dead() {
					q.settle(id, v)
				}
			}()
		}
		select {
		case <-time.After(10 * time.Second):
		case <-killed:
			return
		case <-ctx.Done():
			return
		}
	}
}

func TestNothingIsLostOrDoneTwiceWhateverIsKilled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				chaos(t, r, seed)
				synctest.Wait()
				r.checkEnd()
			})
		})
	}
}

// checkEnd holds the promises against the journal and the tenant.
func (r *rig) checkEnd() {
	p := r.state() // r.events checks that there is no gap
	ends := 0
	for _, e := range r.events() {
		if e.Change.Kind == deprovision.Ended {
			ends++
		}
	}
	if !p.Status.Terminal() || ends != 1 {
		r.t.Fatalf("it is %s after %d ends; events: %v", p.Status, ends, r.kinds())
	}
	for id, n := range r.deletes {
		if n != 1 {
			r.t.Errorf("%s was removed %d times", id, n)
		}
	}
	if p.Gone != 0 {
		r.t.Errorf("%d artifacts count as found gone, although only we removed any", p.Gone)
	}
	if got := p.Removed + p.Unconfirmed + len(p.Remainder) + len(p.InDoubt); got != 3 {
		r.t.Errorf("%s accounts for %d of 3 artifacts: removed %d, unconfirmed %d, remainder %v, in doubt %v", p.Status, got, p.Removed,
			p.Unconfirmed, p.Remainder, p.InDoubt)
	}
	for _, left := range p.Remainder {
		for _, a := range r.plan.Artifacts {
			if a.Name == left.Name && !r.objects[a.ID] {
				r.t.Errorf("%s is listed as staying and is gone", a.ID)
			}
		}
	}
	if r.account().Open != "" {
		r.t.Error("the account is still open")
	}
}
