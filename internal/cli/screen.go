package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// screen draws a table over the one that it drew before.
type screen struct {
	out   io.Writer
	size  func() (width, height int)
	drawn int  // lines
	cut   bool // some rows did not fit
}

// newScreen returns nil where no table can be drawn over another: there, lines are printed.
func (a *app) newScreen() *screen {
	file, ok := a.Out.(*os.File)
	if !ok || a.json() || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return &screen{out: file, size: func() (int, int) {
		width, height, err := term.GetSize(int(file.Fd()))
		if err != nil {
			return 80, 24
		}
		return width, height
	}}
}

func (a *app) drawBatch(b *batch) error {
	if b.screen == nil {
		return nil
	}
	return b.screen.draw(b.table())
}

// draw cuts off what does not fit: a line that broke, or that scrolled away, could not be drawn over.
func (s *screen) draw(rows [][]string) error {
	width, height := s.size()
	more := len(rows) - max(height-2, 2)
	if s.cut = more > 0; s.cut {
		rows = append(rows[:len(rows)-more:len(rows)-more], []string{fmt.Sprintf("and %d more", more)})
	}
	var table bytes.Buffer
	if err := (&app{Streams: Streams{Out: &table}}).table(rows); err != nil {
		return err
	}
	var out strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&out, "\x1b[%dA\x1b[J", s.drawn) // up, and clear what is below (ECMA-48, CUU and ED)
	}
	for line := range strings.Lines(table.String()) {
		text := []rune(strings.TrimSuffix(line, "\n"))
		out.WriteString(string(text[:min(len(text), width)]) + "\n")
	}
	s.drawn = len(rows)
	_, err := io.WriteString(s.out, out.String())
	return err
}
