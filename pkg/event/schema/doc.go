// Package schema holds the published contract as data: one JSON Schema (2020-12) for the data of each message type, and one AsyncAPI 3
// document that says on which subject each travels and who sends it.
//
// A schema accepts everything that package event accepts, and refuses what it refuses as far as a schema can say so: it knows neither
// bytes of text nor the sums of a duration. Contract tests hold both against each other, and against testdata/contract-v1.json, the
// contract as it was promised: what would break a sender or a subscriber fails them.
package schema
