package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"

	"github.com/deprovisioner/deprovisioner/bench/block"
)

// report is what is printed and written.
type report struct {
	options
	Date, Go, Browser string
	Cores             int
	Rows              []row
}

func newReport(o options, browser string) report {
	name, version, _ := strings.Cut(browser, "/")
	version, _, _ = strings.Cut(version, ".")
	return report{options: o, Date: time.Now().UTC().Format(time.DateOnly), Cores: runtime.NumCPU(), Go: strings.TrimPrefix(runtime.Version(), "go"),
		Browser: strings.TrimPrefix(name, "Headless") + " " + version}
}

func (r report) Probes() int   { return r.probes }
func (r report) Requests() int { return r.requests }

// print writes the table for a terminal.
func (r report) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "view\tother events/s\tmedian\tnine of ten\tmost")
	for _, l := range r.Rows {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", l.View, l.Reached, short(l.Median), short(l.High), short(l.Most))
	}
	return t.Flush() // also what was refused above
}

func short(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

//go:embed pixel.md.tmpl
var text string

var table = template.Must(template.New("pixel").Funcs(template.FuncMap{"short": short}).Parse(text))

// ours is the block of the document that is written here.
var ours = block.Block{Name: "page", Command: "make bench-page", Template: "bench/pixel/pixel.md.tmpl"}

// write puts the block into the document.
func (r report) write(path string) error { return ours.Write(path, table, r) }
