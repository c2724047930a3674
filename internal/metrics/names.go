package metrics

import "github.com/prometheus/client_golang/prometheus"

// The names, labels and help texts of everything the worker counts: nowhere else in the program. Labels never name a request or account.
var (
	requestsEnded = prometheus.CounterOpts{Name: "deprovisioner_requests_ended_total", Help: "Removal requests that ended, by service and outcome."}
	stepSeconds   = prometheus.HistogramOpts{
		Name: "deprovisioner_step_duration_seconds", Help: "Duration of finished runs of a step.",
		Buckets:                     []float64{0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200},
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100,
	}
	requestsOpen   = prometheus.GaugeOpts{Name: "deprovisioner_requests_open", Help: "Removal requests that have not ended, by service and state."}
	oldestWaiting  = prometheus.GaugeOpts{Name: "deprovisioner_oldest_waiting_age_seconds", Help: "Age of the request that has waited longest for a decision."}
	redeliveries   = prometheus.CounterOpts{Name: "deprovisioner_redeliveries_total", Help: "Messages delivered again, by stream."}
	refusedAppends = prometheus.CounterOpts{Name: "deprovisioner_refused_appends_total", Help: "Appends refused because somebody else wrote first."}
	takeovers      = prometheus.CounterOpts{Name: "deprovisioner_takeovers_total", Help: "Claims taken over from a worker whose lease had ended."}
	tenantCalls    = prometheus.CounterOpts{Name: "deprovisioner_tenant_calls_total", Help: "Calls to tenants, by API and status class."}
	tenantSeconds  = prometheus.CounterOpts{Name: "deprovisioner_tenant_call_seconds_total", Help: "Time spent in calls to tenants, by API."}
	throttled      = prometheus.CounterOpts{Name: "deprovisioner_throttle_seconds_total", Help: "Time that tenants asked us to wait, by API."}
	deadLetters    = prometheus.CounterOpts{Name: "deprovisioner_dead_letters_total", Help: "Messages set aside for good, by reason."}
	pictureLag     = prometheus.GaugeOpts{Name: "deprovisioner_picture_lag_events", Help: "Events of the journal that the picture does not show yet."}
	apiRefusals    = prometheus.CounterOpts{Name: "deprovisioner_api_refusals_total", Help: "Calls of the API that were refused or failed, by reason."}
	apiStreams     = prometheus.GaugeOpts{Name: "deprovisioner_api_streams", Help: "Live streams of the API that are open."}
	projectorUp    = prometheus.GaugeOpts{Name: "deprovisioner_projector_up", Help: "1 while the projector writes the picture, else 0."}
)

// Other stands for every label value that is not in a bounded set.
const Other = "other"

var (
	apis     = []string{"graph", "exchange", "sharepoint", "login", "product"}
	classes  = []string{"2xx", "3xx", "4xx", "429", "5xx", "none"}
	streams  = []string{"requests", "decisions", "wakes", "events"}
	states   = []string{"held", "contested", "released", "parked", "waiting"}
	outcomes = []string{"succeeded", "succeeded-with-remainder", "nothing-found", "planned", "cancelled", "forced", "rejected", "refused", "failed"}
	refusals = []string{"archived", "changed-meanwhile", "conflict", "cross-site", "forbidden", "internal", "invalid", "method-not-allowed", "misdirected",
		"no-plan", "not-acceptable", "refused", "too-large", "too-many-reads", "too-many-streams", "unauthorized", "unavailable", "unknown-account",
		"unknown-dead-letter", "unknown-path", "unknown-request", "unknown-tenant", "unsupported-media-type"}
	reasons = []string{"not-json", "content-type", "subject-mismatch", "invalid", "oversized", "unknown-service", "unknown-tenant",
		"unknown-version", "unknown-request", "id-reused", "unreadable"}
)
