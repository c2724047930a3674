package step

import (
	"context"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
)

// announce tells who listens what is about to stop working and what their alerts will see, in an event of its own: it is in the journal before
// anything is removed.
type announce struct{}

func (announce) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	counts, order := map[string]int{}, []string{}
	for _, a := range plan.Artifacts {
		call := plan.Calls[a.Kind].Call
		if counts[call]++; counts[call] == 1 {
			order = append(order, call)
		}
	}
	calls := make([]string, len(order))
	for i, call := range order {
		calls[i] = fmt.Sprintf("%s (%d)", call, counts[call])
	}
	detail := fmt.Sprintf("About to remove the plan %s of App Id %s: expect in the audit log %s.", j.state.Plan.Digest, j.account.AppID, strings.Join(calls, ", "))
	if list := j.service.Announce; len(list) > 0 {
		detail += " What stops working for: " + strings.Join(list, "; ") + "."
	}
	return engine.Result{Apply: note(Announce, "announced at "+j.now().UTC().Format("2006-01-02T15:04:05Z07:00")), Detail: detail}, nil
}
