package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/metrics"
	"github.com/deprovisioner/deprovisioner/internal/web"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ends counts what the engine reports.
type ends struct{ *metrics.Metrics }

func (e ends) StepDone(service deprovision.Service, step string, took time.Duration) {
	e.Metrics.StepDone(string(service), step, took)
}

func (e ends) Ended(service deprovision.Service, status deprovision.Status, _ time.Duration) {
	e.Metrics.Ended(string(service), string(status))
}

// calls counts calls to tenants.
type calls struct{ *metrics.Metrics }

func (c calls) Called(api string, status int, took time.Duration) {
	class := "none"
	switch {
	case status == 429:
		class = "429"
	case status > 0:
		class = fmt.Sprintf("%dxx", status/100)
	}
	c.TenantCall(api, class, took)
}

// summary counts the open requests for a scrape; without Redis nobody can tell, and the projector's metric says so.
// summary asks the picture; false says that nobody knows at present.
func (w *worker) summary() (metrics.Summary, bool) {
	if w.picture == nil {
		return metrics.Summary{}, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s, err := w.picture.Summary(ctx)
	return metrics.Summary(s), err == nil
}

// checks are the conditions of readiness.
func (w *worker) checks() []web.Check {
	return []web.Check{
		{Name: "nats", Test: func(context.Context) error {
			if !w.nc.IsConnected() {
				return errors.New("not connected")
			}
			return nil
		}},
		{Name: "journal", Test: func(ctx context.Context) error {
			_, err := w.journal.Head(ctx)
			return err
		}},
		{Name: "redis", Test: w.picture.Ping, Degraded: true},
		{Name: "gates", Test: func(context.Context) error { return w.gate.Healthy() }, Degraded: true},
	}
}
