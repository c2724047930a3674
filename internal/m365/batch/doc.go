// Package batch asks Microsoft Graph about many objects at once, by its JSON batching (https://learn.microsoft.com/graph/json-batching): mail
// folders of many mailboxes, sites of many teams, apps installed in many places. A tenant has thousands of each, and one call for each of
// them would take days.
//
// It speaks the protocol itself. The SDK's helper slices by nineteen, stops at the first slice that fails, cannot tell what became of an
// item without a body, and leaves the failures of items to whoever asks; the SDK's packages of the objects themselves would add minutes to
// every compilation for a handful of addresses.
//
// Every item is judged by itself, exactly as package transport judges a call: it has a status, headers and a body of its own. What the
// whole call fails with is the error beside the answers. Nothing is retried here either.
package batch
