package journal

import (
	"slices"
	"sync"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mostRecent is how many plans a worker remembers: about as many as it has slots, of requests that it comes back to after every pause.
const mostRecent = 16

// recentPlans remembers the plans that were read last. A plan never changes under its digest, and one of a large tenant takes seconds to read and
// to verify. Who gets one must not change it.
type recentPlans struct {
	mu    sync.Mutex
	plans map[string]deprovision.Plan
	order []string // the newest last
}

func planKey(ref deprovision.Ref, digest string) string { return ref.Tokens() + " " + digest }

func (r *recentPlans) get(ref deprovision.Ref, digest string) (deprovision.Plan, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	plan, ok := r.plans[planKey(ref, digest)]
	if ok {
		r.touch(planKey(ref, digest))
	}
	return plan, ok
}

func (r *recentPlans) put(plan deprovision.Plan, digest string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plans == nil {
		r.plans = map[string]deprovision.Plan{}
	}
	key := planKey(plan.Ref, digest)
	r.plans[key] = plan
	if r.touch(key); len(r.order) > mostRecent {
		delete(r.plans, r.order[0])
		r.order = r.order[1:]
	}
}

func (r *recentPlans) touch(key string) {
	r.order = append(slices.DeleteFunc(r.order, func(k string) bool { return k == key }), key)
}
