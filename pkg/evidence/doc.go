// Package evidence makes a sealed bundle of everything that the journal of a request says, verifies one offline, and makes a readable report of it.
//
//	sum, err := evidence.Collect(ctx, client, ref, file, evidence.Options{By: "soc-archive"})
//	sum, err = evidence.Verify(file, evidence.Check{Seal: "sha256:…"})
//	sum, err = evidence.Report(file, page, evidence.Check{})
//
// A bundle is JSON lines, one record a line (record.go): a header that names the request, every event of its journal byte for byte with its chain value
// ([event.ChainNext]), the plans that the events name, the record of the service account, and a closing record with the seal. [Verify]
// computes everything anew, and names what does not fit: each changed byte, missing event and swapped order (problem.go). Nothing is held whole in memory but
// the chain values, so that a bundle may be as large as it likes; a hostile one costs no more than its own size.
//
// What it proves: of a bundle that is whole and has the seal that you noted, or that a worker signed, the content and order of every event, and the
// plans by their digests. Revisions, times of storage, the header, when a plan was made and the account's record are held by the bundle's own sums alone.
// What is before the first event is not in the file. A bundle that is whole and is compared with nothing is whole in itself, and no more.
package evidence
