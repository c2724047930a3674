// Package engine is the one loop: it takes a trigger (a request, a decision, a wake-up, a sweeper's doubt), looks at the last
// event of the request's journal, and either claims the request and runs its steps or says what becomes of the trigger.
//
//	            claim                     step done
//	none ──────────────▶ held ◀──────────────────────┐
//	                    │ │ │ └──────────────────────┘
//	   contested ◀──────┘ │ └─────▶ parked(until) ──due──▶ held
//	(two appends, a full  │ └─────▶ waiting(stop) ──decision──▶ held
//	 lease between them)  └───────▶ released, or an end
//
// Three rules carry everything else:
//
//   - The journal decides. Every write is a compare-and-set on the request's last event; who is refused stops, reads and looks.
//   - A lease runs from the sending of the holder's last accepted append. When it has run out nothing is called any more.
//   - A trigger is acknowledged only when an event, read from the leader, makes it superfluous for ever.
//
// The package is pure: it imports the vocabulary and the standard library, and declares what it needs as ports (ports.go).
// Read advance.go first, then table.go (what a trigger does in which state), then hold.go (claim, lease, heartbeat).
package engine
