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

// StepTime is what is known of how long a step of a service takes.
type StepTime struct {
	Count int           // finished runs that were seen
	Total time.Duration // of all of them
	Mean  time.Duration // for one unit, the newer runs weighing more
}

// durations are all that are known, by statistic.
type durations map[string]StepTime

func statistic(service deprovision.Service, step string) string { return string(service) + ":" + step }

// Refresh fetches how long steps take, for [Picture.Estimate].
func (p *Picture) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	fields, err := p.client.HGetAll(ctx, p.keys.steps()).Result()
	if err != nil {
		return fmt.Errorf("step durations: %w", err)
	}
	known := readDurations(fields)
	p.durations.Store(&known)
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

// StepTime returns how long a step takes as of the last refresh; ok is false when nobody has seen it end.
func (p *Picture) StepTime(service deprovision.Service, step string) (t StepTime, ok bool) {
	if known := p.durations.Load(); known != nil {
		t, ok = (*known)[statistic(service, step)]
	}
	return t, ok
}

// readDurations reads "<service>:<step>:<what>" fields; what cannot be read is left out.
func readDurations(fields map[string]string) durations {
	known := durations{}
	for field, text := range fields {
		at := strings.LastIndexByte(field, ':')
		value, err := strconv.ParseFloat(text, 64)
		if at < 0 || err != nil || !(value >= 0 && value < 1e9) { // also not NaN
			continue
		}
		name := field[:at]
		d := known[name]
		switch field[at+1:] {
		case "count":
			d.Count = int(value)
		case "seconds":
			d.Total = time.Duration(value * float64(time.Second))
		case "mean":
			d.Mean = time.Duration(value * float64(time.Second))
		}
		known[name] = d
	}
	for name, d := range known {
		if d.Count == 0 {
			delete(known, name)
		}
	}
	return known
}
