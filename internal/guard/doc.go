// Package guard refuses. It is asked about every object before a plan names it, and knows nothing of products or tenants: an object that is
// younger than the request, that belongs to Microsoft, that the worker itself runs as, or that stands in a list of the customer's without
// being known stays where it is. What a guard can't read, it refuses.
//
// Start at [Refuse], which asks all guards about one object, and [Breadth], which is asked about a whole plan. The brake is asked before a
// plan is carried out: [Brake.Part] whether it takes too large a part of what the tenant has, [Reserve] whether it still fits into the hour.
// All are pure and answer with a [*Refusal]. [Deciders] says of people, not of objects, whose decisions count.
package guard
