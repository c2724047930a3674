// Package step holds the steps of a removal: each finds out where it stands, does its units one by one, and can be run again from its
// cursor by any worker at any time.
//
// [Steps] implements [engine.Steps]. The order for a service is the head (verify-account, verify-privileges, take-inventory, confirm), what
// its footprint lists, and the tail (verify-removal, remove-at-product, close-account). A file is one step, or one kind of artifact:
//
//   - removal.go is the body: one loop over the plan's artifacts of a step. Each is read again by its id, compared with the plan, removed by
//     one call, and appended as one unit with its evidence.
//   - kind*.go say how a kind of artifact is listed, read and removed.
//   - shared.go guards what several accounts share: write that this one has let go, then look whether others still hold on.
//   - settle.go reads again what ought to be gone, as often as an eventually consistent directory needs, without waiting in between.
//
// Steps keep nothing between two runs but the progress document: small findings stand in its facts. They never wait and never retry: who
// has to wait parks, who must not decide stops, and every failure goes to the engine as it is.
package step
