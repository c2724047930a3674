// Package query answers questions about removal requests over NATS, from the current picture, as the discoverable micro service that
// pkg/event/query describes. All workers share the questions; none of them is needed for a removal to go on.
package query
