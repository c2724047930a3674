package timeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/timeline"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// journal makes events one after the other, a minute apart unless told otherwise.
type journal struct {
	p deprovision.Progress
	d timeline.Drawer
}

func begun(steps ...string) *journal {
	j := &journal{p: deprovision.Progress{Started: start, Updated: start.Add(-time.Minute), Request: deprovision.Request{ID: "r1", Tenant: "contoso",
		Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc@contoso.example", Reason: "the contract ends"}}}
	for _, name := range steps {
		j.p.Steps = append(j.p.Steps, deprovision.StepProgress{Name: name})
	}
	return j
}

func (j *journal) add(kind deprovision.ChangeKind, by string, changes ...func(*deprovision.Event)) *journal {
	j.p.Seq++
	j.p.Updated = j.p.Updated.Add(time.Minute)
	e := deprovision.Event{Progress: j.p.Clone(), Change: deprovision.Change{Kind: kind, By: by}}
	for _, change := range changes {
		change(&e)
	}
	j.p = e.Progress.Clone()
	j.d.Add(e)
	return j
}

// on sets the status and forgets what belonged to the one before.
func on(status deprovision.Status) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		e.Progress.Status, e.Progress.Park, e.Progress.Stop, e.Progress.Detail = status, nil, nil, ""
	}
}

func step(i, done, total int) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		if i > e.Progress.Step {
			e.Progress.Steps[e.Progress.Step].State = deprovision.StepDone
		}
		if e.Progress.Step = i; i < len(e.Progress.Steps) {
			e.Progress.Steps[i].Done, e.Progress.Steps[i].Total = done, total
		}
	}
}

func park(d time.Duration, reason string) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		on(deprovision.Parked)(e)
		e.Progress.Park = &deprovision.Park{Seq: e.Progress.Seq, Until: e.Progress.Updated.Add(d), Reason: reason}
	}
}

func stop(name string) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		on(deprovision.Waiting)(e)
		e.Progress.Stop, e.Progress.Detail = &deprovision.Stop{Seq: e.Progress.Seq, Name: name}, "why "+name
	}
}

func decision(id string, verb deprovision.Verb, why string) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		e.Change.Decision, e.Change.Detail = &deprovision.Decision{ID: id, Verb: verb, DecidedBy: "admin", Reason: "because"}, why
	}
}

// shown is a timeline as text: minutes since the beginning.
func shown(t timeline.Timeline) string {
	minute := func(at *time.Time) string {
		if at == nil {
			return "…"
		}
		return fmt.Sprint(int(at.Sub(start).Minutes()))
	}
	var lines []string
	for _, s := range t.Spans {
		line := fmt.Sprintf("%s %s %s-%s", s.Kind, s.Name, minute(&s.From), minute(s.To))
		if s.Until != nil {
			line += " until " + minute(s.Until)
		}
		lines = append(lines, strings.TrimSpace(line+" "+s.Detail))
	}
	for _, m := range t.Marks {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s! %s by %s at %s %s", m.Kind, m.Name, m.By, minute(&m.At), m.Detail)))
	}
	return fmt.Sprintf("%s-%s cut %d\n%s\n", minute(&t.From), minute(t.To), t.Cut, strings.Join(lines, "\n"))
}

func TestWholeRemovalIsDrawn(t *testing.T) {
	t.Parallel()
	held := on(deprovision.Held)
	j := begun("take-inventory", "remove-rerouting-rules", "drain", "close-account").
		add(deprovision.Claimed, "w1", held).                                                                                                 // 0
		add(deprovision.Stopped, "w1", step(0, 0, 0), stop("confirm")).                                                                       // 1
		add(deprovision.DecisionRefused, "admin", decision("d0", deprovision.Confirm, "it names another plan")).                              // 2
		add(deprovision.Claimed, "w1", held, decision("d1", deprovision.Confirm, "")).                                                        // 3
		add(deprovision.Announced, "w1", step(1, 0, 2)).                                                                                      // 4
		add(deprovision.ParkedRequest, "w1", step(1, 1, 2), park(2*time.Minute, "throttled")).                                                // 5
		add(deprovision.Claimed, "w1", held).                                                                                                 // 6
		add(deprovision.Advanced, "w1", step(2, 0, 0)).                                                                                       // 7
		add(deprovision.ParkedRequest, "w1", park(24*time.Hour, "mail under way")).                                                           // 8
		add(deprovision.Claimed, "w2", held).                                                                                                 // 9
		add(deprovision.ContestedClaim, "w3", on(deprovision.Contested), func(e *deprovision.Event) { e.Change.Detail = "no sign of life" }). // 10
		add(deprovision.Claimed, "w3", held, func(e *deprovision.Event) { e.Progress.Takeovers++ }).                                          // 11
		add(deprovision.Wished, "admin", decision("d2", deprovision.Cancel, "")).                                                             // 12
		add(deprovision.Ended, "w3", on(deprovision.Cancelled), decision("d2", deprovision.Cancel, ""), func(e *deprovision.Event) { e.Progress.Detail = "cancelled by admin" }).
		add(deprovision.DecisionRefused, "admin", decision("d3", deprovision.Force, "it has ended"))
	//nolint:dupword // a step and its drain
	want := `0-13 cut 0
step take-inventory 0-4
stop confirm 1-3 why confirm
step remove-rerouting-rules 4-7 1 of 2
park remove-rerouting-rules 5-6 until 7 throttled
step drain 7-13
drain drain 8-9 until 1448 mail under way
pause drain 10-11 no sign of life
asked! inline by soc@contoso.example at 0 the contract ends
claimed! w1 by w1 at 0
refused! confirm by admin at 2 it names another plan
decision! confirm by admin at 3 because
announced!  by w1 at 4
claimed! w2 by w2 at 9
takeover! w3 by w3 at 11
decision! cancel by admin at 12 because
ended! cancelled by w3 at 13 cancelled by admin
refused! force by admin at 14 it has ended
`
	if got := shown(j.d.Timeline()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatLastsHasNoEnd(t *testing.T) {
	t.Parallel()
	j := begun("drain").add(deprovision.Claimed, "w1", on(deprovision.Held)).add(deprovision.ParkedRequest, "w1", park(time.Hour, "mail"))
	//nolint:dupword // likewise
	want := "0-… cut 0\nstep drain 0-…\ndrain drain 1-… until 61 mail\nasked! inline by soc@contoso.example at 0 the contract ends\nclaimed! w1 by w1 at 0\n"
	if got := shown(j.d.Timeline()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSkippedStepsAndStepsThatBeginAnewAreDrawn(t *testing.T) {
	t.Parallel()
	j := begun("a", "b", "c").add(deprovision.Claimed, "w1", on(deprovision.Held)).
		add(deprovision.Advanced, "w1", step(1, 0, 3)).
		add(deprovision.Advanced, "w1", step(0, 0, 0)). // the plan is made anew
		add(deprovision.Advanced, "w1", step(2, 0, 0), func(e *deprovision.Event) { e.Progress.Steps[0].State = deprovision.StepSkipped })
	want := "0-… cut 0\nstep a 0-1\nstep b 1-2 0 of 3\nstep a 2-3 skipped\nstep c 3-…\n"
	if got := shown(j.d.Timeline()); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestQueuedRequestWasAskedFor(t *testing.T) {
	t.Parallel()
	got := timeline.Queued(begun().p.Request, start)
	if len(got.Spans) != 0 || got.Spans == nil || len(got.Marks) != 1 || got.Marks[0].Kind != timeline.Asked || !got.From.Equal(start) || got.To != nil {
		t.Errorf("%+v", got)
	}
}

func TestLongJournalKeepsItsBeginningAndItsEnd(t *testing.T) {
	t.Parallel()
	j := begun("a").add(deprovision.Claimed, "w1", on(deprovision.Held))
	const parks = 2000
	for i := range parks {
		j.add(deprovision.ParkedRequest, "w1", park(time.Minute, fmt.Sprint(i))).add(deprovision.Claimed, fmt.Sprint("w", i%2), on(deprovision.Held))
	}
	j.add(deprovision.Ended, "w1", on(deprovision.Succeeded))
	got := j.d.Timeline()
	if len(got.Spans) != timeline.Most || len(got.Marks) != timeline.Most || got.Cut != (parks+1-timeline.Most)+(parks+3-timeline.Most) {
		t.Errorf("%d spans, %d marks, %d cut", len(got.Spans), len(got.Marks), got.Cut)
	}
	first, last := got.Spans[1], got.Spans[timeline.Most-1]
	if first.Detail != "0" || last.Detail != fmt.Sprint(parks-1) || got.Marks[0].Kind != timeline.Asked || got.Marks[timeline.Most-1].Kind != timeline.Ended {
		t.Errorf("%+v … %+v", first, last)
	}
	if step := got.Spans[0]; step.Kind != timeline.Step || step.To == nil || !step.To.Equal(*got.To) {
		t.Errorf("%+v", step)
	}
}

// Whatever a journal holds, its picture can be drawn.
func TestTimelineOfAnyJournalIsInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		j := begun("take-inventory", "drain", "verify-removal")
		n := rapid.IntRange(1, 60).Draw(t, "events")
		for range n {
			kind := rapid.SampledFrom([]deprovision.ChangeKind{deprovision.Claimed, deprovision.ContestedClaim, deprovision.StillHeld, deprovision.Advanced,
				deprovision.ReleasedClaim, deprovision.ParkedRequest, deprovision.Stopped, deprovision.Wished, deprovision.DecisionRefused, deprovision.Announced,
				deprovision.Recovered, deprovision.Ended, "of a later version"}).Draw(t, "kind")
			j.add(kind, rapid.SampledFrom([]string{"w1", "w2", ""}).Draw(t, "by"), func(e *deprovision.Event) {
				p := &e.Progress
				p.Status = rapid.SampledFrom([]deprovision.Status{deprovision.Held, deprovision.Contested, deprovision.Released, deprovision.Parked,
					deprovision.Waiting, deprovision.Succeeded, "of a later version"}).Draw(t, "status")
				p.Step = rapid.IntRange(-1, len(p.Steps)+1).Draw(t, "step")
				p.Updated = p.Updated.Add(time.Duration(rapid.IntRange(-3, 10).Draw(t, "minutes")) * time.Minute)
				p.Takeovers = rapid.IntRange(0, 2).Draw(t, "takeovers")
				if rapid.Bool().Draw(t, "park") {
					p.Park = &deprovision.Park{Seq: p.Seq - uint64(rapid.IntRange(0, 1).Draw(t, "old")), Until: p.Updated}
				}
				if rapid.Bool().Draw(t, "stop") {
					p.Stop = &deprovision.Stop{Seq: p.Seq, Name: "confirm"}
				}
				if rapid.Bool().Draw(t, "decided") {
					e.Change.Decision = &deprovision.Decision{ID: rapid.SampledFrom([]string{"d1", "d2"}).Draw(t, "id"), Verb: deprovision.Cancel}
				}
			})
		}
		inOrder(t, j.d.Timeline())
	})
}

func inOrder(t *rapid.T, got timeline.Timeline) {
	open, ends := map[bool]int{}, 0
	overs := map[bool]time.Time{}
	for i, s := range got.Spans {
		isStep := s.Kind == timeline.Step
		switch {
		case s.From.Before(got.From), i > 0 && s.From.Before(got.Spans[i-1].From), s.To != nil && s.To.Before(s.From), s.To == nil && got.To != nil:
			t.Fatalf("span %d %+v of %s", i, s, shown(got))
		case s.From.Before(overs[isStep]) || open[isStep] > 0:
			t.Fatalf("span %d overlaps: %s", i, shown(got))
		}
		if s.To == nil {
			open[isStep]++
		} else {
			overs[isStep] = *s.To
		}
	}
	for i, m := range got.Marks {
		if m.Kind == timeline.Ended {
			ends++
		}
		if i > 0 && m.At.Before(got.Marks[i-1].At) || (m.Kind == timeline.Asked) != (i == 0) {
			t.Fatalf("mark %d of %s", i, shown(got))
		}
	}
	if (ends == 1) != (got.To != nil) || ends > 1 || !slices.IsSortedFunc(got.Spans, func(a, b timeline.Span) int { return a.From.Compare(b.From) }) {
		t.Fatalf("%d ends in %s", ends, shown(got))
	}
}
