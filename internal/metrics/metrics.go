// Package metrics counts what the worker does, for Prometheus. The names are in names.go; [Metrics] has one method for each thing that
// can be observed, in terms of the standard library, so that a package declares the few that it needs as an interface of its own.
package metrics

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Metrics holds the counters of one process in a registry of its own.
type Metrics struct {
	registry                         *prometheus.Registry
	ended, redelivered, dead         *prometheus.CounterVec
	calls, callSeconds, throttleSecs *prometheus.CounterVec
	steps                            *prometheus.HistogramVec
	refused, takeovers               prometheus.Counter
	lag, projector, streams          prometheus.Gauge
	apiRefused                       *prometheus.CounterVec
}

// New makes the counters. Summary says, at each scrape, how many requests are open; it may be nil.
func New(summary func() (Summary, bool)) *Metrics {
	m := &Metrics{
		registry:    prometheus.NewRegistry(),
		ended:       prometheus.NewCounterVec(requestsEnded, []string{"service", "outcome"}),
		steps:       prometheus.NewHistogramVec(stepSeconds, []string{"service", "step"}),
		redelivered: prometheus.NewCounterVec(redeliveries, []string{"stream"}),
		refused:     prometheus.NewCounter(refusedAppends), takeovers: prometheus.NewCounter(takeovers),
		calls:        prometheus.NewCounterVec(tenantCalls, []string{"api", "class"}),
		callSeconds:  prometheus.NewCounterVec(tenantSeconds, []string{"api"}),
		throttleSecs: prometheus.NewCounterVec(throttled, []string{"api"}),
		dead:         prometheus.NewCounterVec(deadLetters, []string{"reason"}),
		lag:          prometheus.NewGauge(pictureLag), projector: prometheus.NewGauge(projectorUp),
		apiRefused: prometheus.NewCounterVec(apiRefusals, []string{"reason"}), streams: prometheus.NewGauge(apiStreams),
	}
	m.registry.MustRegister(m.ended, m.steps, m.redelivered, m.refused, m.takeovers, m.calls, m.callSeconds, m.throttleSecs, m.dead,
		m.lag, m.projector, m.apiRefused, m.streams, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.begin()
	if summary != nil {
		m.registry.MustRegister(newOpenCollector(summary))
	}
	return m
}

// begin shows the series of bounded sets from the start: a rate over one that appears with its first event misses that event.
func (m *Metrics) begin() {
	for _, service := range deprovision.Services() {
		for _, outcome := range outcomes {
			m.ended.WithLabelValues(string(service), outcome)
		}
	}
	for _, stream := range streams {
		m.redelivered.WithLabelValues(stream)
	}
	for _, api := range apis {
		m.callSeconds.WithLabelValues(api)
		m.throttleSecs.WithLabelValues(api)
		for _, class := range classes {
			m.calls.WithLabelValues(api, class)
		}
	}
	for _, reason := range refusals {
		m.apiRefused.WithLabelValues(reason)
	}
	for _, reason := range reasons {
		m.dead.WithLabelValues(reason)
	}
}

// Handler serves the counters.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Gatherer gives access to the counters for tests.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Ended counts a request that ended with this status.
func (m *Metrics) Ended(service, status string) {
	m.ended.WithLabelValues(knownService(service), known(outcomes, status)).Inc()
}

// Rejected counts a request that could not be used, which the intake ended.
func (m *Metrics) Rejected(service string) { m.Ended(service, string(deprovision.Rejected)) }

// StepDone observes one finished run of a step; step is a name from the program, never from a message.
func (m *Metrics) StepDone(service, step string, d time.Duration) {
	m.steps.WithLabelValues(knownService(service), step).Observe(d.Seconds())
}

// Redelivered counts a message that was delivered again.
func (m *Metrics) Redelivered(stream string) {
	m.redelivered.WithLabelValues(known(streams, stream)).Inc()
}

// RefusedAppend counts an append that lost to another writer.
func (m *Metrics) RefusedAppend() { m.refused.Inc() }

// Takeover counts a claim taken over.
func (m *Metrics) Takeover() { m.takeovers.Inc() }

// TenantCall counts a call to a tenant; class is "2xx", "3xx", "4xx", "429", "5xx", or "none" where no answer came.
func (m *Metrics) TenantCall(api, class string, d time.Duration) {
	api = known(apis, api)
	m.calls.WithLabelValues(api, known(classes, class)).Inc()
	m.callSeconds.WithLabelValues(api).Add(max(d, 0).Seconds())
}

// Throttled adds the time that a tenant asked us to wait.
func (m *Metrics) Throttled(api string, d time.Duration) {
	m.throttleSecs.WithLabelValues(known(apis, api)).Add(max(d, 0).Seconds())
}

// DeadLettered counts a message that was set aside for good.
func (m *Metrics) DeadLettered(reason string) { m.dead.WithLabelValues(known(reasons, reason)).Inc() }

// APIRefused counts a call of the API that was refused or failed.
func (m *Metrics) APIRefused(reason string) {
	m.apiRefused.WithLabelValues(known(refusals, reason)).Inc()
}

// APIStreams sets how many live streams of the API are open.
func (m *Metrics) APIStreams(open int) { m.streams.Set(float64(open)) }

// PictureLag sets how many events the picture is behind.
func (m *Metrics) PictureLag(events uint64) { m.lag.Set(float64(events)) }

// ProjectorUp sets whether the projector writes the picture.
func (m *Metrics) ProjectorUp(up bool) {
	m.projector.Set(0)
	if up {
		m.projector.Set(1)
	}
}

func known(set []string, value string) string {
	if slices.Contains(set, value) {
		return value
	}
	return Other
}

func knownService(name string) string {
	if deprovision.Service(name).Validate() != nil {
		return Other
	}
	return name
}
