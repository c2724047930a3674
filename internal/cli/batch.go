package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// batch is what is known of the requests of a batch.
type batch struct {
	tenant, prefix string
	refs           []deprovision.Ref
	states         map[deprovision.Ref]deprovision.Progress // lacks what no worker has taken
	dead           map[deprovision.Ref]string               // why it was set aside
	garbage        map[deprovision.Ref]string               // what lies in its journal that can't be read: no state is told of it any more
	shown          map[deprovision.Ref]string               // the line that was printed last
	screen         *screen                                  // nil where lines are printed
}

// lost is why nothing is to be seen of a request; "" of most.
func (b *batch) lost(ref deprovision.Ref) string { return cmp.Or(b.garbage[ref], b.dead[ref]) }

// unreadable reports whether an error is about an event of one request alone, and keeps it.
func (b *batch) unreadable(err error) bool {
	garbage, ok := errors.AsType[*client.UnreadableError](err)
	if !ok {
		return false
	}
	_, ref, _, err := event.ParseSubject(garbage.Subject)
	if err != nil {
		return false
	}
	b.garbage[ref] = oneLine(garbage.Error())
	return true
}

// idle reports whether every request has ended or waits for a decision.
func (b *batch) idle() bool {
	for _, ref := range b.refs {
		if p := b.states[ref]; b.lost(ref) == "" && !p.Status.Terminal() && p.Status != deprovision.Waiting {
			return false
		}
	}
	return true
}

// urgency lists the exit codes by how much somebody is needed.
var urgency = []int{WaitsFor, FailedEnd, NotAccepted, ForcedEnd, CancelEnd, Remaining, Success}

// code is the exit code of the request that needs somebody most.
func (b *batch) code(strict bool) int {
	found := map[int]bool{}
	for _, ref := range b.refs {
		switch {
		case b.garbage[ref] != "":
			return Broken
		case b.dead[ref] != "":
			found[NotAccepted] = true
			continue
		}
		found[codeOfState(b.states[ref], strict)] = true
	}
	for _, code := range urgency {
		if found[code] {
			return code
		}
	}
	return StillOpen
}

func (b *batch) status(ref deprovision.Ref) string {
	p, known := b.states[ref]
	switch {
	case b.garbage[ref] != "":
		return "unreadable"
	case b.dead[ref] != "":
		return "dead-letter"
	case !known:
		return "queued"
	}
	return string(p.Status)
}

// row is the line of one request: its name, state, where it is, units done, what was removed, and the estimated end.
func (b *batch) row(ref deprovision.Ref) []string {
	p, known := b.states[ref]
	row := []string{ref.Tokens(), b.status(ref), "", "", "", ""}
	if !known || b.lost(ref) != "" {
		return row
	}
	row[4] = strconv.Itoa(p.Removed)
	switch {
	case p.Status.Terminal():
		return row
	case p.Stop != nil && p.Status == deprovision.Waiting:
		row[2] = "stop " + p.Stop.Name
	case p.Step >= 0 && p.Step < len(p.Steps):
		row[2] = p.Steps[p.Step].Name
		if step := p.Steps[p.Step]; step.Total > 0 {
			row[3] = fmt.Sprintf("%d/%d", step.Done, step.Total)
		}
	}
	if p.Park != nil && p.Status == deprovision.Parked {
		row[2] = strings.TrimSpace(row[2] + " until " + stamp(p.Park.Until))
	}
	if p.ETA != nil {
		row[5] = stamp(*p.ETA)
	}
	return row
}

// line is a row that stands alone.
func (b *batch) line(ref deprovision.Ref) string {
	row := b.row(ref)
	row[2] = strings.TrimSpace(row[2] + " " + row[3])
	row[3] = ""
	if row[4] != "" {
		row[4] += " removed"
	}
	if row[5] != "" {
		row[5] = "done by " + row[5]
	}
	return oneLine(strings.Join(slices.DeleteFunc(row, func(cell string) bool { return cell == "" }), "  "))
}

func (b *batch) table() [][]string {
	rows := [][]string{{"REQUEST", "STATUS", "WHERE", "UNITS", "REMOVED", "DONE BY (ESTIMATE)"}}
	for _, ref := range b.refs {
		rows = append(rows, b.row(ref))
	}
	return rows
}

// why tells of a request that needs somebody what it needs.
func (b *batch) why(ref deprovision.Ref, a *app) string {
	p := b.states[ref]
	switch {
	case b.lost(ref) != "":
		return b.lost(ref)
	case p.Status == deprovision.Waiting, codeOfState(p, false) != Success:
		return why(p, a.Now())
	case len(p.Remainder) > 0:
		return number(len(p.Remainder), "thing") + " left: publisher show " + ref.Tokens()
	}
	return ""
}
