package journal

import (
	"fmt"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRecentPlansAreTheOnesReadLast(t *testing.T) {
	t.Parallel()
	var r recentPlans
	plan := func(n int) deprovision.Plan {
		return deprovision.Plan{Ref: deprovision.Ref{Tenant: "contoso", Service: deprovision.Teams, Request: fmt.Sprint(n)}}
	}
	for n := range mostRecent {
		r.put(plan(n), "d")
	}
	if _, ok := r.get(plan(0).Ref, "d"); !ok { // and is the newest by that
		t.Error("forgotten too early")
	}
	r.put(plan(mostRecent), "d")
	if _, ok := r.get(plan(1).Ref, "d"); ok {
		t.Error("the oldest is kept")
	}
	if got, ok := r.get(plan(0).Ref, "d"); !ok || got.Ref != plan(0).Ref || len(r.plans) != mostRecent || len(r.order) != mostRecent {
		t.Errorf("%v %t, %d of %d", got.Ref, ok, len(r.plans), len(r.order))
	}
	if _, ok := r.get(plan(0).Ref, "other"); ok {
		t.Error("under another digest")
	}
}
