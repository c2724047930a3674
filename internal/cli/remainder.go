package cli

import (
	"errors"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// printStop prints what a person has to know before an answer: cautions, suspects, the manual step.
func (a *app) printStop(p deprovision.Progress) error {
	if p.Status != deprovision.Waiting || p.Stop == nil {
		return nil
	}
	var rows [][]string
	if p.Plan != nil && p.Stop.Accepts(deprovision.Confirm) {
		for _, c := range p.Unacknowledged() {
			rows = append(rows, []string{"caution", c.Code + ": " + c.Text})
		}
		for _, name := range p.Plan.Suspects {
			rows = append(rows, []string{"suspect", name})
		}
	}
	if m := p.Stop.Manual; m != nil {
		rows = append(rows, []string{"to do", m.Instructions})
		if m.Link != "" {
			rows = append(rows, []string{"link", m.Link})
		}
		if m.Owner != "" {
			rows = append(rows, []string{"owner", m.Owner})
		}
		if m.Due != nil {
			rows = append(rows, []string{"due", stamp(*m.Due)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return errors.Join(a.printf(""), a.table(rows))
}

// printRemainder prints what is left, and what nobody knows.
func (a *app) printRemainder(p deprovision.Progress) error {
	if len(p.Remainder)+len(p.InDoubt) == 0 {
		return nil
	}
	rows := [][]string{{"LEFT", "WHAT TO DO", "LINK"}}
	for _, r := range p.Remainder {
		rows = append(rows, []string{r.Name, r.Instructions, r.Link})
	}
	for _, name := range p.InDoubt {
		rows = append(rows, []string{name, "in doubt: it may have been removed or not; look", ""})
	}
	return errors.Join(a.printf(""), a.table(rows))
}
