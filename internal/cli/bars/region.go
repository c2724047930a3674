package bars

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Style is how a line looks where colours are wanted: the number of ECMA-48's SGR.
type Style string

// The styles.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Faint  Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Line is one line of a screen. Its text must not hold control characters.
type Line struct {
	Text  string
	Style Style
}

// Region is the part of a screen, from the cursor upwards, that is drawn over. The cursor always stands at the beginning of the line below
// it and is never hidden: whatever ends the program leaves a usable terminal.
type Region struct {
	Out    io.Writer
	Size   func() (columns, rows int)
	Colour bool

	mu      sync.Mutex // what happens beside the program's own work lets it stand
	drawn   []Line
	columns int // when it was drawn
}

// Draw draws lines over those of the last time, in one write, and only when something differs. What does not fit is cut off: a line that
// broke, or that scrolled away, could not be drawn over.
func (r *Region) Draw(lines []Line) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	columns, rows := r.Size()
	lines = slices.Clone(lines[:min(len(lines), max(rows-1, 1))])
	for i := range lines {
		lines[i].Text = Clip(strings.TrimRight(lines[i].Text, " "), max(columns-1, 1))
	}
	if columns == r.columns && slices.Equal(lines, r.drawn) {
		return nil
	}
	var out strings.Builder
	if up := r.height(columns); up > 0 {
		fmt.Fprintf(&out, "\x1b[%dA", up) // up (ECMA-48, CUU)
	}
	for _, line := range lines {
		out.WriteString("\r" + r.paint(line) + "\x1b[K\n") // and clear what is right of it (EL)
	}
	out.WriteString("\x1b[J") // and below (ED)
	r.drawn, r.columns = lines, columns
	_, err := io.WriteString(r.Out, out.String())
	return err
}

// Leave lets stand what is drawn: the next time is drawn below.
func (r *Region) Leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drawn, r.columns = nil, 0
}

// height is how many rows the lines of the last time take by now: in a window that became narrower, terminals break them.
func (r *Region) height(columns int) int {
	rows := 0
	for _, line := range r.drawn {
		rows += max((Width(line.Text)+columns-1)/max(columns, 1), 1)
	}
	return rows
}

func (r *Region) paint(line Line) string {
	if !r.Colour || line.Style == Plain || line.Text == "" {
		return line.Text
	}
	return "\x1b[" + string(line.Style) + "m" + line.Text + "\x1b[0m"
}
