package bars_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestBarIsFullOnlyWhenAllIsDone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		done, total int64
		want        string
	}{
		{0, 0, "[----------]"}, {0, 9, "[----------]"}, {3, 4, "[#######---]"}, {9999, 10000, "[#########-]"}, {4, 4, "[##########]"},
		{5, 4, "[##########]"}, {-1, 4, "[----------]"},
	} {
		if got := bars.Of(tc.done, tc.total, 12); got != tc.want {
			t.Errorf("%d of %d: %s, want %s", tc.done, tc.total, got, tc.want)
		}
	}
	if got := bars.Of(1, 2, 0); got != "[-]" {
		t.Error(got)
	}
}

func TestUnitsCountWhatIsDoneOfARemoval(t *testing.T) {
	t.Parallel()
	done, total := bars.Units(deprovision.Progress{Steps: []deprovision.StepProgress{
		{State: deprovision.StepDone}, {State: deprovision.StepSkipped, Total: 4, Done: 1}, {State: deprovision.StepRunning, Done: 2, Total: 9}, {State: deprovision.StepPending}}})
	if done != 7 || total != 15 {
		t.Errorf("%d of %d", done, total)
	}
	if _, total := bars.Units(deprovision.Progress{}); total != 1 {
		t.Error("nothing to do would divide by zero")
	}
}

func TestTextIsCutOffWhereItsColumnsEnd(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text    string
		columns int
		clip    string
	}{{"rule", 4, "rule"}, {"rules", 4, "rul…"}, {"規則です", 5, "規則…"}, {"規則です", 4, "規…"}, {"x", 0, ""}} {
		if got := bars.Clip(tc.text, tc.columns); got != tc.clip || bars.Width(got) > tc.columns {
			t.Errorf("%q in %d: %q, want %q", tc.text, tc.columns, got, tc.clip)
		}
	}
	if got := bars.Pad("規", 4); got != "規  " {
		t.Errorf("%q", got)
	}
}

func TestTextIsBrokenBetweenWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text    string
		columns int
		want    []string
	}{
		{"", 10, []string{""}},
		{"one two three", 20, []string{"one two three"}},
		{"one two three", 8, []string{"one two", "  three"}},
		{"onetwothree", 6, []string{"onetwo", "  thre", "  e"}},
		{"  a  b      cc", 8, []string{"  a  b", "  cc"}},
		{"規則規則", 4, []string{"規則", "  規", "  則"}},
		{"too narrow", 2, []string{"too narrow"}},
	} {
		if got := bars.Wrap(tc.text, tc.columns, "  "); !slices.Equal(got, tc.want) {
			t.Errorf("%q in %d: %q, want %q", tc.text, tc.columns, got, tc.want)
		}
	}
}

func TestWrappingFitsAndLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z規 ]{0,60}`).Draw(t, "text")
		columns := rapid.IntRange(4, 30).Draw(t, "columns")
		lines := bars.Wrap(text, columns, "  ")
		for _, line := range lines {
			if bars.Width(line) > columns {
				t.Fatalf("%q is wider than %d", line, columns)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func TestFoldingLeavesLinksWhole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := bars.Folding{Out: &out, Columns: func() int { return 16 }}
	text := "look at https://console.example/accounts now\nshort\nType x: "
	if n, err := f.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatal(n, err)
	}
	if want := "look at\n    https://console.example/accounts\n    now\nshort\nType x: "; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// window draws into a window that can be resized.
type window struct {
	bytes.Buffer
	columns, rows int
}

func lines(texts ...string) (out []bars.Line) {
	for _, text := range texts {
		out = append(out, bars.Line{Text: text})
	}
	return out
}

func (w *window) size() (int, int) { return w.columns, w.rows }

// drew fails the test unless exactly this was written since the last time.
func (w *window) drew(t *testing.T, want string) {
	t.Helper()
	if got := w.String(); got != want {
		t.Errorf("drew %q, want %q", got, want)
	}
	w.Reset()
}

func TestRegionIsDrawnOverAndOnlyWhenSomethingDiffers(t *testing.T) {
	t.Parallel()
	w := &window{columns: 20, rows: 10}
	r := &bars.Region{Out: w, Size: w.size}
	draw := func(texts ...string) {
		t.Helper()
		if err := r.Draw(lines(texts...)); err != nil {
			t.Fatal(err)
		}
	}
	draw("one", "two  ")
	w.drew(t, "\rone\x1b[K\n\rtwo\x1b[K\n\x1b[J")
	draw("one", "two")
	w.drew(t, "")
	draw("three")
	w.drew(t, "\x1b[2A\rthree\x1b[K\n\x1b[J")
	r.Leave()
	draw("below")
	w.drew(t, "\rbelow\x1b[K\n\x1b[J")
}

func TestRegionFitsTheWindowAlsoOneThatBecameNarrower(t *testing.T) {
	t.Parallel()
	w := &window{columns: 20, rows: 4}
	r := &bars.Region{Out: w, Size: w.size}
	draw := func() {
		t.Helper()
		if err := r.Draw(lines("0123456789012345678901", "b", "c", "d", "e")); err != nil {
			t.Fatal(err)
		}
	}
	draw()
	w.drew(t, "\r012345678901234567…\x1b[K\n\rb\x1b[K\n\rc\x1b[K\n\x1b[J")
	w.columns = 10 // the first line, of 19 columns, takes two rows now
	draw()
	w.drew(t, "\x1b[4A\r01234567…\x1b[K\n\rb\x1b[K\n\rc\x1b[K\n\x1b[J")
	w.columns, w.rows = 12, 2
	draw()
	w.drew(t, "\x1b[3A\r0123456789…\x1b[K\n\x1b[J")
}

func TestColoursAreLeftOutWhereNobodyWantsThem(t *testing.T) {
	t.Parallel()
	for colour, want := range map[bool]string{true: "\r\x1b[31mx\x1b[0m\x1b[K\n\ry\x1b[K\n\x1b[J", false: "\rx\x1b[K\n\ry\x1b[K\n\x1b[J"} {
		t.Run(fmt.Sprint(colour), func(t *testing.T) {
			t.Parallel()
			w := &window{columns: 20, rows: 10}
			r := &bars.Region{Out: w, Size: w.size, Colour: colour}
			if err := r.Draw([]bars.Line{{Text: "x", Style: bars.Red}, {Text: "y"}}); err != nil {
				t.Fatal(err)
			}
			w.drew(t, want)
		})
	}
}
