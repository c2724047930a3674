package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"
)

// What a ratio should reach: with the plain call, and through the Graph SDK, which itself costs a part of the ceiling.
const (
	plainTarget = 0.85
	graphTarget = 0.70
)

// report is what is printed and written.
type report struct {
	Machine      machine
	Date         string
	Command      string // that makes the same again
	Rounds       int
	NATS, Redis  string // versions
	Sync         bool
	Embedded     bool // no redis-server is installed
	Steps        int
	Appends      uint64 // per request, counted in each loop
	Bytes, BareB uint64 // of the journal per request, as stored
	Rows         []row
}

// row is one line of the table.
type row struct {
	InFlight, Requests int
	Call               string
	Target             float64
	result
}

func (r *rig) report(ctx context.Context, o options, all []series) (report, error) {
	rep := report{Machine: thisMachine(), Date: time.Now().UTC().Format(time.DateOnly), Command: o.command(), Rounds: o.rounds, Sync: o.sync,
		NATS: r.nc.ConnectedServerVersion(), Steps: stepCount}
	info, err := r.picture.Info(ctx, "server").Result()
	if err != nil {
		return rep, fmt.Errorf("ask Redis for its version: %w", err)
	}
	for line := range strings.Lines(info) {
		if version, ok := strings.CutPrefix(line, "redis_version:"); ok {
			rep.Redis = strings.TrimSpace(version)
		}
	}
	rep.Embedded = !strings.Contains(info, "redis_build_id")
	for _, s := range all {
		rep.Appends, rep.Bytes, rep.BareB = s.Bare.Appends, s.Plain.Bytes, s.Bare.Bytes
		rep.Rows = append(rep.Rows, row{s.InFlight, s.Requests, "plain HTTP", plainTarget, s.PlainResult},
			row{s.InFlight, s.Requests, "Graph SDK", graphTarget, s.GraphResult})
	}
	return rep, nil
}

// command is what a reader types to measure the same.
func (o options) command() string {
	given := []string{"go run ."}
	standard, _ := parse(nil, io.Discard) // no flags are never wrong
	if o.rounds != standard.rounds {
		given = append(given, fmt.Sprintf("-rounds %d", o.rounds))
	}
	if o.requests != standard.requests {
		given = append(given, fmt.Sprintf("-requests %d", o.requests))
	}
	if o.sync {
		given = append(given, "-sync")
	}
	if len(given) == 1 {
		return "make bench"
	}
	return "cd bench && " + strings.Join(given, " ")
}

// print writes the table for a terminal.
func (r report) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "in flight\tstep\tworker req/s\tbare req/s\tratio\tleast\tmost\taim\tworker CPU\tbare CPU\tservers' CPU\tbare's\t")
	for _, x := range r.Rows {
		_, _ = fmt.Fprintf(t, "%d\t%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t\n",
			x.InFlight, x.Call, x.Rate, x.Bare, x.Ratio, x.Least, x.Most, x.Target, micros(x.Own), micros(x.BareOwn), micros(x.Servers), micros(x.BareServer))
	}
	if err := t.Flush(); err != nil { // also what was refused above
		return err
	}
	_, err := fmt.Fprintf(out, "medians of %d rounds; CPU per request; appends per request: %d in every loop\n", r.Rounds, r.Appends)
	return err
}

//go:embed performance.md.tmpl
var document string

var page = template.Must(template.New("performance").Funcs(template.FuncMap{"micros": micros}).Parse(document))

// estimates is where the block begins that `make bench-eta` keeps at the end of the document (bench/eta/report.go).
const estimates = "<!-- estimates: "

// write writes the whole document but for that block.
func (r report) write(path string) error {
	var text bytes.Buffer
	if err := page.Execute(&text, r); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	if before, err := os.ReadFile(path); err == nil { // whoever has no document yet has no block
		if at := bytes.Index(before, []byte(estimates)); at >= 0 {
			text.WriteByte('\n')
			text.Write(before[at:])
		}
	}
	return os.WriteFile(path, text.Bytes(), 0o644) //nolint:gosec // a page for everybody
}

func micros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
