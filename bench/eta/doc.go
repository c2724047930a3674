// Command eta measures how far the estimates of the time left are off. It carries out removals in this process, as a worker does: embedded NATS
// and Redis, the product's own steps, and for each removal a simulated tenant of its own size, speed and budgets. Some run first, so that there
// is a history to learn from; the measured ones follow, several at once, each of which is learnt from as well when it has ended.
//
// Every progress event carries an estimate. fleet.go makes the tenants, worker.go puts the worker together, person.go asks for the removals and
// answers their stops, score.go compares what each event said with what came, and report.go prints the table and puts it into
// docs/performance.md.
package main
