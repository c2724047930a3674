// Package throttle decides when a tenant may be called: it has a budget of calls, and it is closed for as long as a service of the
// tenant asked for with Retry-After.
//
// The decision is pure: [State] and [Budget] with a time in, a new State and how long to wait out. [Memory] keeps the states of one
// process; the picture in Redis keeps those that all workers share, and decides the same. That requests which
// waited for a gate do not all come back in the moment it opens is the engine's work: it spreads their wake-ups.
package throttle
