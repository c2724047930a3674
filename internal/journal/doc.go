// Package journal keeps the truth about requests in NATS JetStream: it is the engine's journal and its accounts, and it brings the
// triggers to the engine.
//
// Read provision.go first: one table holds every stream and consumer. journal.go then reads from the leader and appends by
// compare-and-set, consumer.go takes requests, wake-ups and decisions off their queues. Workers never delete anything.
package journal
