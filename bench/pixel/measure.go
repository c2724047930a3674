package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// row is what one view took at one rate.
type row struct {
	View               string
	Rate, Reached      int // events a second of other requests: asked for, and done
	Median, High, Most time.Duration
}

// views are those whose change is waited for, by what they are called in the report.
var views = []struct{ name, address string }{
	{"a row of the list of requests", "#/requests"},
	{"the details of a request", "#/requests/" + tenant + "/exchange-online-inline/measured"},
}

// first is the first number that is shown: large enough to be nowhere else on the page.
const first = 1_000_000

// measure appends numbers and waits for each to be painted, in every view at every rate.
func measure(ctx context.Context, o options, r *rig, b *tab) ([]row, error) {
	others := newLoad(r.journal, o.requests)
	for _, w := range others.writers {
		if err := w.append(ctx, 0); err != nil {
			return nil, err
		}
	}
	number, measured := first, newWriter(r.journal, "measured") // the newest of all: lists have it on their first page
	if err := measured.append(ctx, number); err != nil {
		return nil, err
	}
	if err := r.drawn(ctx, measured.revision); err != nil {
		return nil, err
	}
	var rows []row
	for _, view := range views {
		for _, rate := range o.rates {
			if err := b.open(r.url+view.address, "measured"); err != nil {
				return rows, fmt.Errorf("open %s: %w", view.name, err)
			}
			others.start(ctx, rate)
			began := time.Now()
			took, err := series(ctx, o.probes, &number, measured, b)
			lasted := time.Since(began)
			appended, failed := others.stop()
			if err != nil || failed != nil {
				return rows, fmt.Errorf("%s at %d events a second: %w", view.name, rate, errors.Join(err, failed))
			}
			slices.Sort(took)
			rows = append(rows, row{View: view.name, Rate: rate, Reached: int(float64(appended) / lasted.Seconds()), Median: took[len(took)/2],
				High: took[len(took)*9/10], Most: took[len(took)-1]})
		}
	}
	return rows, nil
}

// series measures the appends of one row. Between two of them lies a pause of changing length, so that they fall into no step with anything.
func series(ctx context.Context, n int, number *int, w *writer, b *tab) ([]time.Duration, error) {
	var took []time.Duration
	for i := range n {
		*number++
		before := time.Now()
		if err := w.append(ctx, *number); err != nil {
			return took, err
		}
		at, err := b.painted(thousands(*number))
		if err != nil {
			return took, err
		}
		took = append(took, at.Sub(before))
		select {
		case <-ctx.Done():
			return took, ctx.Err()
		case <-time.After(time.Duration(50+37*i%100) * time.Millisecond):
		}
	}
	return took, nil
}

// thousands is a number of seven digits as the page writes it.
func thousands(n int) string { return fmt.Sprintf("%d,%03d,%03d", n/1_000_000, n/1000%1000, n%1000) }
