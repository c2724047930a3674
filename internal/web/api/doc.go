// Package api serves the JSON API below /api/v1: the verbs and queries of pkg/client over HTTP, for browsers and for systems that do not
// speak NATS.
//
// [New] makes the handler. Every call goes the same way: the door (door.go: host, token, media types), the route (routes.go: rights,
// parameters), one function per resource, and back as JSON, as a stream of server-sent events (stream.go) or as problem details of
// RFC 9457 (problem.go). openapi.yaml describes all of it, and a test holds the two together.
//
// A token names who asks: that identity is written into what is asked and decided. It opens the tenants that it names and nothing of any
// other; what lies outside answers as if it were not there.
package api
