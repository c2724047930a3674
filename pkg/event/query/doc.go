// Package query says what may be asked about removal requests over NATS, and what the answers look like.
//
// The workers answer as one NATS micro service named [Service], so that `nats micro info deprovisioner` finds it. A question is a JSON
// object sent to [Subject]: the tenant stands in the subject, so that a server's permissions can keep one tenant's readers from another's
// requests. An answer is a JSON object, or an error in the headers of the micro protocol with one of the codes below and a [Fault].
//
//	nats request deprovision.query.contoso.get  '{"service":"exchange-online-inline","request":"r1"}'
//	nats request deprovision.query.contoso.list '{"open":true}'
//
// Answers come from the current picture, which may be a moment behind the journal.
package query
