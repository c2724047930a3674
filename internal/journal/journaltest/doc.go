// Package journaltest holds the promises of [engine.Journal], [engine.Accounts] and [engine.Ledgers] as tests: whoever implements the ports runs them.
//
//	func TestJournalKeepsItsPromises(t *testing.T) {
//		journaltest.Run(t, func(t *testing.T) (engine.Journal, engine.Accounts) { return open(t) })
//	}
//
// What a wake-up does when it is due cannot be seen through the ports: that is for the implementation's own tests.
package journaltest
