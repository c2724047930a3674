package progress

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drainStep is the step whose length is set and not learnt.
const drainStep = "drain"

// keptRuns is how many finished runs of a step are remembered, the newest ones. lua/index.lua has the same number.
const keptRuns = 64

// Run is one finished run of a step: how many units it had, and how long it took with all its parks.
type Run struct {
	Units int
	Took  time.Duration
}

// text is a run as it is kept, e.g. "12/3.456": units, seconds.
func (r Run) text() string {
	return strconv.Itoa(r.Units) + "/" + strconv.FormatFloat(r.Took.Seconds(), 'f', 3, 64)
}

// parseRun reads a run; ok is false for what is none.
func parseRun(text string) (r Run, ok bool) {
	units, seconds, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(units)
	s, err2 := strconv.ParseFloat(seconds, 64)
	if err != nil || err2 != nil || n < 0 || n > mostUnits || !(s >= 0 && s <= mostSeconds) { // also not NaN
		return Run{}, false
	}
	return Run{Units: n, Took: time.Duration(s * float64(time.Second))}, true
}

// The most that a run may have: more is a mistake, of a clock or of whoever wrote it.
const (
	mostUnits   = 1e9
	mostSeconds = 1e8 // three years
)

// stepOf is a step of a service.
type stepOf struct {
	service deprovision.Service
	step    string
}

// field is where its runs are kept.
func (s stepOf) field() string { return string(s.service) + ":" + s.step }

func parseField(field string) (s stepOf, ok bool) {
	service, step, ok := strings.Cut(field, ":")
	return stepOf{deprovision.Service(service), step}, ok && !strings.Contains(step, ":")
}

// Refresh fetches how long steps took, for [Picture.Estimate].
func (p *Picture) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	fields, err := p.client.HGetAll(ctx, p.keys.steps()).Result()
	if err != nil {
		return fmt.Errorf("step durations: %w", err)
	}
	known := readHistory(fields)
	p.history.Store(&known)
	return nil
}

// Run keeps the durations fresh until ctx ends, and returns its error. While the server is away the last known ones stay.
func (p *Picture) Run(ctx context.Context) error {
	for {
		_ = p.Refresh(ctx) // an estimate may be old; who has to know that Redis is away asks Ping
		select {
		case <-p.options.Clock.After(p.options.Refresh):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Runs returns the last finished runs of a step as of the last refresh, oldest first.
func (p *Picture) Runs(service deprovision.Service, step string) []Run {
	known := p.history.Load()
	if known == nil || (*known)[stepOf{service, step}] == nil {
		return nil
	}
	return (*known)[stepOf{service, step}].runs
}

// readHistory reads "<service>:<step>" fields; what cannot be read is left out.
func readHistory(fields map[string]string) history {
	known := history{}
	for field, text := range fields {
		step, ok := parseField(field)
		if !ok { // an older version kept other things beside them
			continue
		}
		var runs []Run
		for one := range strings.FieldsSeq(text) {
			if r, ok := parseRun(one); ok {
				runs = append(runs, r)
			}
		}
		if len(runs) > 0 {
			known[step] = newPattern(runs[max(0, len(runs)-keptRuns):])
		}
	}
	return known
}
