package tenantsim

import "time"

// Behaviour says how unkind a tenant is. The zero value answers at once, never
// throttles and is consistent at every read.
type Behaviour struct {
	// Consistency is how long reads lag behind writes.
	Consistency Consistency `yaml:"consistency" json:"consistency"`
	// Throttle lists request budgets; none means unlimited.
	Throttle []Budget `yaml:"throttle" json:"throttle,omitempty"`
	// Latency is added to every answer, per API; the key "" holds for all others.
	Latency map[API]time.Duration `yaml:"latency" json:"latency,omitempty"`
	// NotFoundOnGet makes Exchange's Get-* answer 404 for an unknown Identity.
	// The default is the documented behaviour: all objects are returned, see
	// https://learn.microsoft.com/powershell/module/exchangepowershell/get-transportrule
	NotFoundOnGet bool `yaml:"notFoundOnGet" json:"notFoundOnGet,omitempty"`
	// Graph is how users, mailboxes and clouds differ.
	Graph GraphBehaviour `yaml:"graph" json:"graph,omitzero"`
	// SecretsForSharePoint lets SharePoint take tokens that were got with a
	// client secret, over plain http on loopback only. The real one never does;
	// it is for a first try where no certificate is at hand.
	SecretsForSharePoint bool `yaml:"secretsForSharePoint" json:"secretsForSharePoint,omitempty"`
}

// Consistency is the lag of reads behind writes. Entra answers this way by
// design: https://devblogs.microsoft.com/identity/designing-for-eventual-consistency-for-microsoft-entra/
//
// A count and a duration may both be set; the lag lasts until both are used up.
type Consistency struct {
	// DeletedReads is the number of reads that still find a removed object.
	DeletedReads int `yaml:"deletedReads" json:"deletedReads,omitempty"`
	// DeletedFor is the time during which reads still find a removed object.
	DeletedFor time.Duration `yaml:"deletedFor" json:"deletedFor,omitempty"`
	// NewReads is the number of reads that do not find a new object yet.
	NewReads int `yaml:"newReads" json:"newReads,omitempty"`
	// NewFor is the time during which reads do not find a new object yet.
	NewFor time.Duration `yaml:"newFor" json:"newFor,omitempty"`
}

// Budget allows an app a number of units in a window of time, per tenant.
// What Graph counts is at https://learn.microsoft.com/graph/throttling-limits
type Budget struct {
	// API is the front door the budget belongs to; "" is every one.
	API API `yaml:"api" json:"api,omitempty"`
	// Service narrows a budget of Graph to one of the services behind it; ""
	// is all of them.
	Service Service `yaml:"service" json:"service,omitempty"`
	// Calls narrows a budget to [Reads] or [Writes]; "" is both.
	Calls CallKind `yaml:"calls" json:"calls,omitempty"`
	// PerPlace counts every mailbox, team, chat or site by itself.
	PerPlace bool `yaml:"perPlace" json:"perPlace,omitempty"`
	// Units is how much one app may use per window. A call to Graph costs its
	// resource units, any other call one.
	Units int `yaml:"units" json:"units"`
	// Window is the length of the window.
	Window time.Duration `yaml:"window" json:"window"`
	// Whole rounds Retry-After up to whole seconds. The default is fractional,
	// as https://learn.microsoft.com/graph/throttling shows it.
	Whole bool `yaml:"whole" json:"whole,omitempty"`
	// Concurrent makes Exchange refuse with its plain-text body about
	// concurrent requests instead of JSON.
	Concurrent bool `yaml:"concurrent" json:"concurrent,omitempty"`
}

func (b *Behaviour) latency(api API) time.Duration {
	if d, ok := b.Latency[api]; ok {
		return d
	}
	return b.Latency[""]
}
