package cli

import (
	"errors"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What became of one account of a batch.
const (
	resultStored  = "stored"
	resultThere   = "there" // the same request was there already
	resultSkipped = "skipped"
	resultRefused = "refused"
)

// member is one account of a batch, and what became of it.
type member struct {
	Batch   string              `json:"batch"`
	Account string              `json:"account"`
	Service deprovision.Service `json:"service"`
	Kind    deprovision.Kind    `json:"kind"`
	Request string              `json:"request,omitempty"` // its whole name; empty where none was made
	Result  string              `json:"result"`
	Detail  string              `json:"detail"`
}

func (a *app) printMembers(members []member) error {
	rows := [][]string{{"ACCOUNT", "SERVICE", "KIND", "REQUEST", "RESULT"}}
	for _, m := range members {
		if a.json() {
			if err := a.printJSON(m); err != nil {
				return err
			}
		}
		result := m.Detail
		if m.Result == resultSkipped || m.Result == resultRefused {
			result = m.Result + ": " + m.Detail
		}
		rows = append(rows, []string{m.Account, string(m.Service), string(m.Kind), m.Request, result})
	}
	if a.json() || len(members) == 0 {
		return nil
	}
	return a.table(rows)
}

// printBatch sums up, and names what follows.
func (a *app) printBatch(r asking, batch string, members []member) error {
	if a.json() {
		return nil
	}
	n := counted(members)
	made := n[resultStored] + n[resultThere]
	err := a.printf("\nbatch %s: %s, %d of them new; %d skipped, %d refused", batch, number(made, "request"), n[resultStored], n[resultSkipped], n[resultRefused])
	if made == 0 {
		return err
	}
	if !r.Options.DryRun && !r.Options.Confirmed {
		err = errors.Join(err, a.printf("each waits for its own confirmation, unless the tenant's policy confirms"))
	}
	if r.wait {
		return err
	}
	return errors.Join(err, a.printf("follow them with: publisher watch --tenant %s --batch %s", r.Tenant, batch))
}

func counted(members []member) map[string]int {
	n := map[string]int{}
	for _, m := range members {
		n[m.Result]++
	}
	return n
}
