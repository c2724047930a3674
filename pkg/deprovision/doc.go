// Package deprovision is the vocabulary of the product: what a removal request, a service account, a decision, a plan, a
// step and a progress document are, and which values they may hold. Everything else in the repository speaks in these words.
//
// Start at [Request] (the wish that one service account go), then [Progress] (the whole state of one request, as one
// document) and [Event] (one entry of a request's journal: the progress document and the change that caused it).
//
// The package depends on the standard library only, so that any program may import it. It does no input or output.
package deprovision
