package progress

import (
	"context"
	"errors"
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// ErrIncomplete says that the picture can't count: it is being built, or an older worker wrote to it since it was.
var ErrIncomplete = errors.New("the picture is not complete")

// Tally counts each tenant's requests by status, in the order of the tenants: exactly, at the cost of some small reads, however many there
// are. The error is [ErrIncomplete], or the server's.
func (p *Picture) Tally(ctx context.Context, tenants ...string) ([]map[deprovision.Status]int, error) {
	statuses := query.Statuses()
	calls := make([]call, 0, len(tenants))
	for _, t := range tenants {
		keys := []string{p.keys.watermark(), p.keys.index() + "tenant:" + t}
		for _, s := range statuses {
			keys = append(keys, p.keys.index()+inStatus(t, s))
		}
		calls = append(calls, call{keys: keys, args: []any{p.options.Incarnation, form}})
	}
	if len(calls) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	replies, err := p.runner.batch(ctx, tallyScript, calls)
	if err != nil {
		return nil, fmt.Errorf("tally: %w", err)
	}
	out := make([]map[deprovision.Status]int, 0, len(tenants))
	for _, reply := range replies {
		counts, err := tallied(reply, statuses)
		if err != nil {
			return nil, err
		}
		out = append(out, counts)
	}
	return out, nil
}

// tallied reads one tenant's counts. Every request is in one status: where they do not add up, some were written by a worker that does not
// know the sets.
func tallied(reply any, statuses []deprovision.Status) (map[deprovision.Status]int, error) {
	list, _ := reply.([]any)
	if len(list) != len(statuses)+1 {
		return nil, fmt.Errorf("tally: %w", ErrIncomplete)
	}
	counts, sum := map[deprovision.Status]int{}, int64(0)
	for i, s := range statuses {
		n, _ := list[i+1].(int64)
		counts[s] = int(n)
		sum += n
	}
	if list[0] != sum {
		return nil, fmt.Errorf("tally: %w", ErrIncomplete)
	}
	return counts, nil
}
