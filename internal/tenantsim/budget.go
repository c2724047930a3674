package tenantsim

import "time"

// DocumentedBudgets are the limits that Microsoft publishes for the calls that
// the simulator serves, for a tenant of 50 to 500 users: identity in resource
// units and writes, Outlook per mailbox, Teams per app and per team, sites in
// resource units. See https://learn.microsoft.com/graph/throttling-limits and
// https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
// Together with [GraphBehaviour.MailboxConcurrency] of 4 they make a [Behaviour].
func DocumentedBudgets() []Budget {
	return []Budget{
		{API: APIGraph, Service: ServiceDirectory, Units: 5_000, Window: 10 * time.Second},
		{API: APIGraph, Service: ServiceDirectory, Calls: Writes, Units: 3_000, Window: 150 * time.Second},
		{API: APIGraph, Service: ServiceOutlook, PerPlace: true, Units: 10_000, Window: 10 * time.Minute},
		{API: APIGraph, Service: ServiceTeams, Calls: Reads, Units: 30, Window: time.Second},
		{API: APIGraph, Service: ServiceTeams, Calls: Writes, Units: 15, Window: time.Second},
		{API: APIGraph, Service: ServiceTeams, PerPlace: true, Units: 4, Window: time.Second},
		{API: APIGraph, Service: ServiceSites, Units: 1_250, Window: time.Minute},
		{API: APISharePoint, Units: 1_250, Window: time.Minute},
	}
}
