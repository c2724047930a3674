// Package event says how the product's words travel over NATS: the subjects, and one CloudEvents 1.0 type per kind of message.
//
// Every Encode function returns a message in the binary mode of the CloudEvents NATS protocol binding: attributes in headers named
// "ce-…", percent-encoded, and the data as JSON. Every Decode function takes binary and structured mode, checks the body's
// names against the subject, and answers what is wrong with a [deprovision.Invalid], an [UnknownVersion] or a [Mismatch].
// Fields that are not known are passed over, so that a newer minor version can be read.
//
// Start with [EncodeRequest] and [DecodeRequest]; subjects.go lists the subjects.
package event
