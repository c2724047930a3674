package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Summary says how many requests have not ended.
type Summary struct {
	Open          map[string]map[string]int // by service, then state: held, contested, released, parked, waiting
	OldestWaiting time.Duration             // age of the request that has waited longest; 0 when none waits
}

type openCollector struct {
	summary      func() (Summary, bool)
	open, oldest *prometheus.Desc
}

func newOpenCollector(summary func() (Summary, bool)) *openCollector {
	return &openCollector{
		summary: summary,
		open:    prometheus.NewDesc(requestsOpen.Name, requestsOpen.Help, []string{"service", "state"}, nil),
		oldest:  prometheus.NewDesc(oldestWaiting.Name, oldestWaiting.Help, nil, nil),
	}
}

// Describe implements [prometheus.Collector].
func (c *openCollector) Describe(out chan<- *prometheus.Desc) { out <- c.open; out <- c.oldest }

// Collect implements [prometheus.Collector].
func (c *openCollector) Collect(out chan<- prometheus.Metric) {
	s, ok := c.summary()
	if !ok { // no value is better than a reassuring one
		return
	}
	out <- prometheus.MustNewConstMetric(c.oldest, prometheus.GaugeValue, s.OldestWaiting.Seconds())
	for service, byState := range s.Open {
		bounded := map[string]int{} // two unknown states must not become the same series twice
		for state, count := range byState {
			bounded[known(states, state)] += count
		}
		if knownService(service) == Other {
			continue
		}
		for state, count := range bounded {
			out <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(count), service, state)
		}
	}
}
