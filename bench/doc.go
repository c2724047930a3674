// Command bench measures what the worker costs over the least that the same promises allow. It runs two loops against the same servers:
//
//   - the worker: journal consumer, engine, projector and picture, put together as cmd/worker does, with eight steps that take no time
//     of their own but one HTTP call each, plain or through the Graph SDK;
//   - a bare loop: fetch, then per step one HTTP call and one compare-and-set append of the same bytes, the picture pipelined into
//     Redis behind it, acknowledge. No claim, no lease, no account, no table of triggers: a ceiling, not a product.
//
// The servers are processes of their own (parts.go). The loops take turns in this process, in an order that reads the same backwards
// (rounds.go), so that a machine that slows down or speeds up meanwhile favours neither. A turn starts with the requests queued, and ends when each is
// acknowledged and the picture shows all of it. Then the appends in the journal are counted (rig.go): another number in one loop than in the
// other means that not the same was measured, and ends the program with an error.
//
// main.go has the flags. The result goes to standard output as a table and to docs/performance.md.
package main
