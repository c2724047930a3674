package page_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/timeline"
)

// laidOut is what assets/js/timeline-layout.js makes of a timeline.
type laidOut struct {
	Width, Height, Bottom, Shortest float64
	Bars                            []struct {
		X, Y, Width, Height, LabelX float64
		Parts                       []struct{ X, Width float64 }
		Kind, Label, Anchor         string
		Open                        bool
		From                        float64
	}
	Marks []struct {
		X, Line, At float64
		Kind, Label string
	}
	Breaks []struct{ X0, X1, From, To float64 }
	Ticks  []struct {
		X, At  float64
		Anchor string
	}
	Now *float64
}

// layOut lays a timeline out in the browser, without drawing it.
func layOut(t testing.TB, p *browsertest.Page, line timeline.Timeline, width int, present time.Time) laidOut {
	t.Helper()
	body, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	var out laidOut
	p.Eval(fmt.Sprintf(`import("/assets/js/timeline-layout.js").then((m) => m.layout(%s, %d, %d))`, body, width, present.UnixMilli()), &out)
	return out
}

// plotter is a page that has the modules; what it shows has come, so that nothing is under way when a test ends.
func plotter(t testing.TB) *browsertest.Page {
	t.Helper()
	p := newWorld(t).open("/accounts")
	p.See("No service account is recorded.")
	return p
}

// began is when the timelines of these tests begin.
var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func spanOf(kind, name string, from, to time.Duration) timeline.Span {
	end := began.Add(to)
	return timeline.Span{Kind: kind, Name: name, From: began.Add(from), To: &end}
}

func whole(to time.Duration, spans ...timeline.Span) timeline.Timeline {
	end := began.Add(to)
	return timeline.Timeline{From: began, To: &end, Spans: spans,
		Marks: []timeline.Mark{{Kind: timeline.Asked, Name: "inline", At: began}, {Kind: timeline.Ended, At: end}}}
}

func TestTimelineLeavesRoomForWorkBesideAMonthOfWaiting(t *testing.T) {
	t.Parallel()
	p := plotter(t)
	const month = 30 * 24 * time.Hour
	l := layOut(t, p, whole(month+40*time.Second, spanOf(timeline.Step, "remove-rerouting-rules", 0, 20*time.Second),
		spanOf(timeline.Step, "drain", 20*time.Second, month+20*time.Second), spanOf(timeline.Drain, "drain", 20*time.Second, month+20*time.Second),
		spanOf(timeline.Step, "remove-return-rules", month+20*time.Second, month+40*time.Second)), 800, began.Add(2*month))
	if len(l.Breaks) != 1 || l.Shortest != float64(month.Milliseconds()) {
		t.Fatalf("the drain is not drawn shortened: %+v, %v", l.Breaks, l.Shortest)
	}
	for _, b := range l.Bars {
		if b.Kind == timeline.Step && b.Label != "Let mail under way come back" && b.Width < 350 {
			t.Errorf("%s has only %v of 800 pixels", b.Label, b.Width)
		}
	}
}

func TestTimelineOfAShortRequestIsToScale(t *testing.T) {
	t.Parallel()
	p := plotter(t)
	l := layOut(t, p, whole(40*time.Second, spanOf(timeline.Step, "take-inventory", 0, 10*time.Second),
		spanOf(timeline.Step, "confirm", 10*time.Second, 20*time.Second), spanOf(timeline.Stop, "confirm", 12*time.Second, 20*time.Second),
		spanOf(timeline.Step, "remove-consent", 20*time.Second, 40*time.Second)), 800, began)
	if len(l.Breaks) != 0 || l.Shortest != 0 {
		t.Fatalf("a wait that is shorter than the work is drawn shortened: %+v", l.Breaks)
	}
	if b := l.Bars[2]; b.X < 399 || b.X > 401 || b.Width < 399 {
		t.Errorf("half of the time is not half of the picture: %+v", b)
	}
}

// Whatever a request went through, its picture keeps within its width, keeps the order of what happened, and puts nothing onto something else.
func TestTimelineKeepsOrderAndRoomWhateverHappened(t *testing.T) {
	t.Parallel()
	p := plotter(t)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		line, present := wild(r)
		for _, width := range []int{280, 760, 1300} {
			l := layOut(t, p, line, width, present)
			if problem := wrong(l, line, float64(width)); problem != "" {
				t.Errorf("seed %d, width %d: %s", seed, width, problem)
			}
		}
	}
}

// wild makes a timeline of a request that nobody would wish for.
func wild(r *rand.Rand) (timeline.Timeline, time.Time) {
	names := []string{"verify-account", "take-inventory", "confirm", "remove-rerouting-rules", "drain", "remove-consent",
		"a-step-of-a-newer-version-with-a-very-long-name-indeed"}
	kinds := []string{timeline.Decision, timeline.Refused, timeline.Claimed, "newer"}
	waits := []string{timeline.Park, timeline.Drain, timeline.Stop, timeline.Pause}
	at := time.Duration(0)
	line := timeline.Timeline{From: began, Spans: []timeline.Span{}, Marks: []timeline.Mark{}}
	length := func() time.Duration { // milliseconds to weeks
		return time.Duration(r.Int64N(int64([]time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour, 20 * 24 * time.Hour}[r.IntN(5)])))
	}
	for range r.IntN(30) {
		from := at
		for range r.IntN(4) {
			at += length()
			begin := at
			at += length()
			line.Spans = append(line.Spans, spanOf(waits[r.IntN(len(waits))], "confirm", begin, at))
			line.Marks = append(line.Marks, timeline.Mark{Kind: kinds[r.IntN(len(kinds))], Name: "retry", At: began.Add(at)})
		}
		at += length()
		line.Spans = append(line.Spans, spanOf(timeline.Step, names[r.IntN(len(names))], from, at))
	}
	slices.SortStableFunc(line.Spans, func(a, b timeline.Span) int { return a.From.Compare(b.From) })
	end := began.Add(at)
	if n := len(line.Spans); n > 0 && r.IntN(2) == 0 {
		line.Spans[n-1].To = nil
	} else {
		line.To = &end
	}
	return line, end.Add(length())
}

// wrong names what a layout does that it must not; "" is nothing.
func wrong(l laidOut, line timeline.Timeline, width float64) string {
	const slack = 0.01
	for i, b := range l.Bars {
		if b.X < -slack || b.X+b.Width > width+slack || b.Width < 3 {
			return fmt.Sprintf("a bar is at %v to %v", b.X, b.X+b.Width)
		}
		for _, other := range l.Bars[i+1:] {
			sameRow := b.Y == other.Y && b.Kind == timeline.Step && other.Kind == timeline.Step
			if sameRow && b.Label != "" && other.Label != "" && b.X+b.Width > other.X && other.X+other.Width > b.X {
				return fmt.Sprintf("%q lies on %q", b.Label, other.Label)
			}
		}
		for _, part := range b.Parts {
			if part.X < b.X-slack || part.X+part.Width > width+slack {
				return fmt.Sprintf("a part of %q is at %v", b.Label, part.X)
			}
		}
	}
	for i, m := range l.Marks {
		if m.X < 0 || m.X > width || m.Line < -slack || m.Line > width+slack {
			return fmt.Sprintf("a mark is at %v", m.X)
		}
		if i > 0 && (m.X <= l.Marks[i-1].X || m.Line < l.Marks[i-1].Line-slack) {
			return "marks are not in their order"
		}
	}
	for i, tick := range l.Ticks {
		if i > 0 && (tick.At <= l.Ticks[i-1].At || tick.X < l.Ticks[i-1].X) {
			return "the scale does not go on"
		}
	}
	if len(l.Marks) != len(line.Marks) || len(l.Bars) != len(line.Spans) {
		return "something was left out"
	}
	if (l.Now != nil) != (line.To == nil) {
		return "the present is shown of what has ended, or not of what has not"
	}
	return ""
}

// covered draws a timeline as a view does, at a width, and names the texts that lie on each other. What is measured is what the browser has drawn.
func covered(t testing.TB, p *browsertest.Page, line timeline.Timeline, width int, present time.Time) []string {
	t.Helper()
	body, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	p.Eval(fmt.Sprintf(`(async () => {
		const { timeline } = await import("/assets/js/timeline.js");
		const real = Date.now, picture = timeline(), host = document.createElement("div");
		host.style.width = "%dpx";
		host.append(picture.node);
		document.body.append(host);
		try {
			Date.now = () => %d;
			picture.show(%s);
			while (!host.querySelector("svg text")) await new Promise(requestAnimationFrame);
		} finally { Date.now = real; }
		const texts = [...host.querySelectorAll("svg text")].filter((e) => !e.classList.contains("sign"))
			.map((e) => ({ text: e.textContent, kind: e.getAttribute("class"), box: e.getBBox() }));
		const within = host.querySelector("svg.timeline-picture").viewBox.baseVal.width, found = [];
		texts.forEach((a, i) => {
			if (a.box.x < -1 || a.box.x + a.box.width > within + 1) found.push(a.text + " leaves the picture");
			for (const b of texts.slice(i + 1)) {
				const w = Math.min(a.box.x + a.box.width, b.box.x + b.box.width) - Math.max(a.box.x, b.box.x);
				const h = Math.min(a.box.y + a.box.height, b.box.y + b.box.height) - Math.max(a.box.y, b.box.y);
				if (w > 0.5 && h > 3) found.push(a.kind + " " + JSON.stringify(a.text) + " lies on " + b.kind + " " + JSON.stringify(b.text));
			}
		});
		for (const sign of host.querySelectorAll("svg circle.mark")) {
			const c = sign.getBBox();
			for (const a of texts) if (a.kind === "label" && Math.min(a.box.x + a.box.width, c.x + c.width) - Math.max(a.box.x, c.x) > 0.5 &&
				Math.min(a.box.y + a.box.height, c.y + c.height) - Math.max(a.box.y, c.y) > 3) found.push("a mark lies on " + JSON.stringify(a.text));
		}
		picture.close();
		host.remove();
		return found;
	})()`, width, present.UnixMilli(), body), &out)
	return out
}

func TestTimelineHasNoTextOnAnother(t *testing.T) {
	t.Parallel()
	p := plotter(t)
	p.Viewport(1280, 800, false, false)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		line, present := wild(r)
		for _, width := range []int{280, 760, 1230} {
			if found := covered(t, p, line, width, present); len(found) > 0 {
				t.Errorf("seed %d, width %d: %q", seed, width, found[:min(len(found), 4)])
			}
		}
	}
}
