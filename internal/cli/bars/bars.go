// Package bars draws what changes on a terminal: bars, and lines over those that were drawn before.
//
// Nothing here knows whether there is a terminal; who draws has looked. A [Region] is the part of the screen that is drawn over.
package bars

import (
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Of is a bar of so many columns, e.g. "[######----]" for 6 of 10. Nothing looks finished before it is.
func Of(done, total int64, columns int) string {
	inner := max(columns-2, 1)
	filled := 0
	if total > 0 {
		filled = int(float64(inner) * float64(min(max(done, 0), total)) / float64(total))
	}
	return "[" + strings.Repeat("#", filled) + strings.Repeat("-", inner-filled) + "]"
}

// Units counts what is done of a removal and what there is to do; a step without units counts as one.
func Units(p deprovision.Progress) (done, total int64) {
	for _, s := range p.Steps {
		size := int64(max(s.Total, s.Done, 1))
		total += size
		switch s.State {
		case deprovision.StepDone, deprovision.StepSkipped:
			done += size
		default:
			done += int64(s.Done)
		}
	}
	return done, max(total, 1)
}

// Width is how many columns a text takes.
func Width(s string) int { return runewidth.StringWidth(s) }

// Clip cuts a text off that takes more columns.
func Clip(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	return runewidth.Truncate(s, columns, strings.Repeat("…", min(max(columns, 0), 1)))
}

// Pad fills a text up to so many columns, and cuts off what is more.
func Pad(s string, columns int) string { return runewidth.FillRight(Clip(s, columns), columns) }

// Wrap breaks a text into lines of at most so many columns, at spaces where it can; lines after the first begin with indent.
// A word that is longer is broken.
func Wrap(s string, columns int, indent string) []string { return wrap(s, columns, indent, false) }

// wrap leaves longer words whole where they can be, for who copies them.
func wrap(s string, columns int, indent string, whole bool) []string {
	if columns <= Width(indent)+1 {
		return []string{s}
	}
	var lines []string
	for Width(s) > columns {
		head := runewidth.Truncate(s, columns, "")
		first := len(s) - len(strings.TrimLeft(s, " ")) // what is indented stays so
		if strings.HasPrefix(s[len(head):], " ") {
			first = len(head)
		}
		if space := strings.LastIndexByte(head[min(first, len(head)):], ' '); space >= 0 {
			head = head[:first+space]
		} else if whole && first < len(head) {
			word, _, _ := strings.Cut(s[first:], " ")
			head = s[:first+len(word)]
		}
		lines = append(lines, strings.TrimRight(head, " "))
		s = indent + strings.TrimLeft(s[len(head):], " ")
	}
	if s != indent || len(lines) == 0 {
		lines = append(lines, s)
	}
	return lines
}

// Folding writes texts on in lines of at most so many columns, each write by itself. Longer words, such as links, stay whole.
type Folding struct {
	Out     io.Writer
	Columns func() int
}

// Write implements [io.Writer].
func (f Folding) Write(text []byte) (int, error) {
	var out strings.Builder
	columns := f.Columns()
	for line := range strings.Lines(string(text)) {
		bare := strings.TrimSuffix(line, "\n")
		out.WriteString(strings.Join(wrap(bare, columns, "    ", true), "\n") + line[len(bare):])
	}
	if _, err := io.WriteString(f.Out, out.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}
