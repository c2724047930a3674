// Package natstest starts real NATS servers for tests: in the test's process, with JetStream on files in the test's temporary directory, on a free
// port of the loopback. A server can be stopped and started again on the same port and data. [Provision] adds the worker's side: the
// streams, a connection and the journal.
package natstest
