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
	Date, Go string
	Cores    int
	Took     typical // of the measured removals, without waits
	Lines    []line
	Services []byService
}

// byService is the middle of the table for one service.
type byService struct {
	Name     string
	Removals int
	Lines    []line
}

func newReport(o options, all []removal) (report, error) {
	r := report{options: o, Date: time.Now().UTC().Format(time.DateOnly), Cores: runtime.NumCPU(), Took: tookOf(all),
		Go: strings.TrimPrefix(runtime.Version(), "go")}
	var err error
	if r.Lines, err = lines(all, shares...); err != nil {
		return r, err
	}
	groups := map[string][]removal{}
	var names []string
	for _, one := range all {
		name := string(one.states[0].Request.Service)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], one)
	}
	for _, name := range names {
		l, err := lines(groups[name], shares...)
		if err != nil {
			return r, err
		}
		r.Services = append(r.Services, byService{name, len(groups[name]), l})
	}
	return r, nil
}

// shares of the work, in percent, at which the estimates are looked at.
var shares = []int{10, 50, 90}

func (r report) Removals() int { return r.removals }
func (r report) Before() int   { return r.before }
func (r report) InFlight() int { return r.inFlight }

// print writes the table for a terminal.
func (r report) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "work done\tleft, median\toff, median\toff, nine of ten\toff, of all the work\tended within leftHigh\t")
	for _, l := range r.Lines {
		_, _ = fmt.Fprintf(t, "%d %%\t%s\t%s\t%s\t%s\t%s\t\n", l.Share, l.Left.Round(time.Second/10),
			percent(l.Median), percent(l.High), percent(l.OfWhole), percent(l.Within))
	}
	return t.Flush() // also what was refused above
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

//go:embed estimates.md.tmpl
var estimates string

var page = template.Must(template.New("estimates").Funcs(template.FuncMap{"percent": percent,
	"short": func(d time.Duration) string { return d.Round(time.Second / 10).String() }}).Parse(estimates))

// ours is the block of the document that is written here. `make bench`, which writes the rest of the document, leaves it as it is
// (bench/report.go).
var ours = block.Block{Name: "estimates", Command: "make bench-eta", Template: "bench/eta/estimates.md.tmpl"}

// write puts the block into the document.
func (r report) write(path string) error { return ours.Write(path, page, r) }
