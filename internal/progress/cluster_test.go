package progress_test

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// A Redis Cluster refuses whatever touches keys of two slots: each operation is tried on one, with more requests than fit a script.
func TestEveryOperationWorksOnACluster(t *testing.T) {
	t.Parallel()
	client := cluster(t).client
	if _, isCluster := client.(*redis.ClusterClient); !isCluster {
		t.Fatalf("not a cluster's client: %T", client)
	}
	p := progress.New(client, progress.Options{Incarnation: "a", Clock: at(start.Add(2 * time.Hour))})
	rebuild(t, p, 600, crowd(600)...)
	wantWatermark(t, p, 600, true)
	waits := func(p *deprovision.Progress) { p.Status, p.Stop = deprovision.Waiting, &deprovision.Stop{Seq: 2} }
	apply(t, p, 601, document(1000, 1, ended(0, time.Second, 1)), document(1000, 2, ended(0, time.Second, 1), waits))
	if got := get(t, p, 1000); got.Seq != 2 {
		t.Errorf("seq %d", got.Seq)
	}
	if got := listed(t, p, engine.Filter{Tenant: "contoso", Status: deprovision.Waiting, Open: true, Limit: 50}); len(got) != 61 {
		t.Errorf("listed %d", len(got))
	}
	if got, err := p.Summary(t.Context()); err != nil || got.OldestWaiting != time.Hour {
		t.Errorf("summary %+v, %v", got, err)
	}
	if got := runs(t, p, "verify-account"); len(got) != 1 {
		t.Errorf("step %+v", got)
	}
	if got, err := p.Tally(t.Context(), "contoso", "fabrikam"); err != nil || got[0][deprovision.Waiting] != 61 || got[1][deprovision.Waiting] != 60 {
		t.Errorf("tally %v, %v", got, err)
	}
	unlimited, budget := progress.GateOptions{}, progress.GateOptions{Budget: throttle.Budget{Calls: 1, Per: time.Hour}}
	for _, o := range []progress.GateOptions{unlimited, budget} {
		o.Timeout = 5 * time.Second
		one, another := progress.NewGate(client, o), progress.NewGate(client, o)
		one.Close(t.Context(), "contoso", time.Hour)
		if wait(t, another, "contoso") == 0 || wait(t, another, "fabrikam") != 0 {
			t.Errorf("budget %+v: the gate is not shared", o.Budget)
		}
		if got := standings(t, another, "contoso", "fabrikam"); !got[0].Closed || got[1].Closed {
			t.Errorf("budget %+v: %+v", o.Budget, got)
		}
		if err := errors.Join(one.Healthy(), another.Healthy()); err != nil {
			t.Error(err)
		}
	}
}
