package page_test

import (
	"fmt"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// crowdBegan is when the first request of a crowd started; each later one started a second after the one before.
var crowdBegan = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// crowdStatus is the status of the i-th request of a crowd.
func crowdStatus(i int) deprovision.Status {
	return []deprovision.Status{deprovision.Succeeded, deprovision.Succeeded, deprovision.SucceededWithRemainder, deprovision.Succeeded,
		deprovision.Cancelled, deprovision.Succeeded, deprovision.NothingFound, deprovision.Failed, deprovision.Succeeded, deprovision.Parked}[i%10]
}

// crowd puts n requests of contoso into the picture, in seconds: c-000000 began first. They are in no journal, so that lists and counts have
// them, and their own view does not.
func (w *world) crowd(n int) {
	w.t.Helper()
	head, err := w.journal.Head(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	const batch = 2048
	var wait sync.WaitGroup
	starts := make(chan int)
	for range 2 { // while one is at work in Redis, the other makes its documents
		wait.Go(func() {
			for first := range starts {
				var updates []progress.Update
				for i := first; i < min(first+batch, n); i++ {
					updates = append(updates, progress.Update{Revision: head, Progress: crowded(i), At: crowdBegan})
				}
				if err := w.picture.Apply(w.t.Context(), updates); err != nil {
					w.t.Error(err)
				}
			}
		})
	}
	for first := 0; first < n; first += batch {
		starts <- first
	}
	close(starts)
	wait.Wait()
}

func crowded(i int) deprovision.Progress {
	at := crowdBegan.Add(time.Duration(i) * time.Second)
	services := deprovision.Services()
	r := deprovision.Request{ID: fmt.Sprintf("c-%06d", i), Tenant: contoso, Service: services[i%len(services)], Account: fmt.Sprintf("account-%d", i%7),
		RequestedBy: "soc@contoso.example"}
	return deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 9, Status: crowdStatus(i), Started: at, Updated: at.Add(time.Minute),
		Step: 2, Steps: []deprovision.StepProgress{{Name: "verify-account", State: deprovision.StepDone}, {Name: "take-inventory", State: deprovision.StepDone}}}
}
