package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Report verifies a bundle and writes it as a page for people: one HTML file without scripts and without anything from elsewhere, which prints
// well. A broken bundle is reported as well: the page begins with what does not fit, and the error is the one of [Verify].
func Report(r io.Reader, w io.Writer, check Check) (Summary, error) {
	b := newReportBuilder()
	sum, err := walk(r, check, b.record)
	var broken *BrokenError
	if err != nil && !errors.As(err, &broken) {
		return sum, err
	}
	if failed := write(w, b.page(sum, check, broken)); failed != nil {
		return sum, failed
	}
	return sum, err
}

// CollectReport is [Collect] and [Report] in one, for whoever wants the page alone. A journal that is broken is no error here: the page says so.
func CollectReport(ctx context.Context, c *client.Client, ref deprovision.Ref, w io.Writer, o Options) (Summary, error) {
	out, in := io.Pipe()
	made := make(chan error, 1)
	go func() {
		_, err := Collect(ctx, c, ref, in, o)
		made <- err
		_ = in.CloseWithError(err) // it never fails
	}()
	b := newReportBuilder()
	sum, err := walk(out, Check{}, b.record)
	_ = out.Close()
	var broken *BrokenError
	if failed := <-made; failed != nil {
		return sum, failed
	}
	if err != nil && !errors.As(err, &broken) {
		return sum, err
	}
	return sum, write(w, b.page(sum, Check{}, broken))
}

// reportBuilder gathers from the records what the page shows.
type reportBuilder struct {
	shown   page
	first   *deprovision.Event
	last    deprovision.Event
	since   time.Time         // since when the request is as it is
	stops   map[uint64]string // name by seq
	decided map[string]bool   // decisions that are shown, by all that they say
	rows    map[string]int    // of artifacts, by kind and id
	plans   map[string]deprovision.PlanSummary
}

func newReportBuilder() *reportBuilder {
	return &reportBuilder{stops: map[uint64]string{}, decided: map[string]bool{}, rows: map[string]int{}, plans: map[string]deprovision.PlanSummary{}}
}

// record takes in a record; what can't be read is told among the problems.
func (b *reportBuilder) record(r Record) {
	switch r.Kind {
	case EventKind:
		var e deprovision.Event
		if json.Unmarshal(r.Bytes(), &e) != nil {
			return
		}
		e.Progress.Seq = r.Seq
		b.event(e)
	case AccountKind:
		var a deprovision.Account
		if json.Unmarshal(r.Bytes(), &a) == nil {
			b.shown.Account = &a
		}
	}
}

func (b *reportBuilder) event(e deprovision.Event) {
	if b.first == nil {
		b.first = &e
	}
	if e.Progress.Seq >= b.last.Progress.Seq {
		b.last = e
		if b.since.IsZero() || e.Change.Kind != deprovision.DecisionRefused { // a refusal changes nothing, also behind the end
			b.since = e.Progress.Updated
		}
	}
	if e.Progress.Stop != nil {
		b.stops[e.Progress.Stop.Seq] = e.Progress.Stop.Name
	}
	if p := e.Progress.Plan; p != nil {
		b.plans[p.Digest] = *p
	}
	if e.Change.Announcement != nil {
		b.shown.Announced = append(b.shown.Announced, announced{Seq: e.Progress.Seq, At: e.Progress.Updated, Announcement: *e.Change.Announcement})
	}
	b.decision(e)
	b.artifacts(e)
	b.timeline(e)
}

// decision notes who decided what; a wish that is obeyed later stands in two events.
func (b *reportBuilder) decision(e deprovision.Event) {
	d := e.Change.Decision
	if d == nil {
		return
	}
	refused := e.Change.Kind == deprovision.DecisionRefused
	body, err := json.Marshal(d)
	told := fmt.Sprint(refused, string(body)) // another body under the same id is another decision, and must not hide behind the first
	if err != nil || d.ID != "" && b.decided[told] {
		return
	}
	b.decided[told] = true
	row := decision{Decision: *d, Seq: e.Progress.Seq, At: e.Progress.Updated, StopName: b.stops[d.Stop], Refused: refused}
	if refused {
		row.Why = e.Change.Detail
	}
	b.shown.Decisions = append(b.shown.Decisions, row)
}

func (b *reportBuilder) artifacts(e deprovision.Event) {
	for _, found := range e.Change.Evidence {
		found.Artifact.Before = nil // the page does not show it
		b.rows[string(found.Artifact.Kind)+" "+found.Artifact.ID] = len(b.shown.Artifacts)
		b.shown.Artifacts = append(b.shown.Artifacts, artifact{Evidence: found, Seq: e.Progress.Seq})
	}
	for _, read := range e.Change.Rereads {
		i, known := b.rows[string(read.Kind)+" "+read.ID]
		if !known {
			b.shown.OtherRereads = append(b.shown.OtherRereads, read)
			continue
		}
		b.shown.Artifacts[i].Rereads = append(b.shown.Artifacts[i].Rereads, read)
	}
}

// timeline notes what happened; a run of units of one step is one line.
func (b *reportBuilder) timeline(e deprovision.Event) {
	c, p := e.Change, e.Progress
	row := moment{From: p.Seq, To: p.Seq, Start: p.Updated, End: p.Updated, Kind: c.Kind, Step: c.Step, By: c.By, Text: c.Detail, Count: len(c.Evidence)}
	if row.Step == "" && p.Step < len(p.Steps) && c.Kind != deprovision.Ended {
		row.Step = p.Steps[p.Step].Name
	}
	switch {
	case c.Kind == deprovision.Stopped && p.Stop != nil:
		row.Text = p.Stop.Name + ": " + p.Stop.Detail
	case c.Kind == deprovision.ParkedRequest && p.Park != nil:
		row.Text = fmt.Sprintf("until %s: %s", when(p.Park.Until), p.Park.Reason)
	case c.Kind == deprovision.Ended:
		row.Text = string(p.Status) + ": " + p.Detail
	case c.Decision != nil:
		row.Text = string(c.Decision.Verb) + " by " + c.Decision.DecidedBy
		if c.Detail != "" {
			row.Text += ": " + c.Detail
		}
	}
	if list := b.shown.Timeline; len(list) > 0 && row.joins(list[len(list)-1]) {
		last := &list[len(list)-1]
		last.To, last.End, last.Count = row.To, row.End, last.Count+row.Count
		return
	}
	b.shown.Timeline = append(b.shown.Timeline, row)
}
