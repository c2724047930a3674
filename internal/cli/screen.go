package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
)

// screen draws a table over the one that it drew before.
type screen struct {
	*bars.Region
	cut bool // some rows did not fit
}

// newScreen returns nil where no table can be drawn over another: there, lines are printed.
func (a *app) newScreen(plain bool) *screen {
	region := a.region(plain)
	if region == nil {
		return nil
	}
	return &screen{Region: region}
}

func (a *app) drawBatch(b *batch) error {
	if b.screen == nil {
		return nil
	}
	return b.screen.draw(b.table())
}

// draw says how many rows do not fit.
func (s *screen) draw(rows [][]string) error {
	_, height := s.Size()
	more := len(rows) - max(height-2, 2)
	if s.cut = more > 0; s.cut {
		rows = append(rows[:len(rows)-more:len(rows)-more], []string{fmt.Sprintf("and %d more", more)})
	}
	var table bytes.Buffer
	if err := (&app{Streams: Streams{Out: &table}}).table(rows); err != nil {
		return err
	}
	var lines []bars.Line
	for line := range strings.Lines(table.String()) {
		lines = append(lines, bars.Line{Text: strings.TrimSuffix(line, "\n")})
	}
	return s.Draw(lines)
}
