// Package journal keeps the truth about requests in NATS JetStream: it is the engine's journal and its accounts, and it brings the
// triggers to the engine.
//
// Read table.go first: one table holds every stream and consumer, and docs/streams.md says why each is as it is. [Provision] makes
// them, [Bind] checks them and opens the [Journal]. journal.go reads from the leader and appends by compare-and-set, consumer.go and
// take.go bring requests, wake-ups and decisions from their queues to the engine, reject.go sets aside what can't be used, and
// projector.go feeds the picture. Workers never delete anything; archive.go is for the archiver alone.
package journal
