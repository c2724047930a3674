// Package progress keeps the current picture of all requests in Redis: it is where the projector of the journal writes, and what
// answers queries, feeds the sweeper and the metrics, knows how long steps take, and holds the tenants' gates.
//
// The journal is the truth and this is its shadow: it may be behind, away or wiped, and the work goes on. It comes back by itself:
// [Picture.Apply] passes over what is older than what it has, and [Picture.Watermark] tells when the picture has to be rebuilt.
//
// Read keys.go first: every key that is ever touched is named there, and docs/picture.md explains them for redis-cli. Each change is
// one Lua file in lua/. Then apply.go (the projector's side), list.go (the queries' side) and gate.go (the tenants' gates).
package progress
