// Package memory keeps a journal, the accounts' records and the tenants' ledgers in memory, with the same rules as the real ones in
// JetStream: compare-and-set appends, revisions that grow over all requests, plans by digest. It exists for the speed of unit tests; a crash loses everything.
//
// [Journal.Fail] lets a test disturb single operations: an append can be refused, lost before it is written, or written while its
// answer is lost.
package memory
