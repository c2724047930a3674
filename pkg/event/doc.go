// Package event says how the product's words travel over NATS: the subjects, and one CloudEvents 1.0 type per kind of message.
//
// Every Encode function returns a message in the binary mode of the CloudEvents NATS protocol binding: attributes in headers named
// "ce-…", percent-encoded, and the data as JSON; [Structured] turns it into one JSON object. Every Decode function takes both modes,
// checks the body's names against the subject, and answers what is wrong with a [deprovision.Invalid], an [UnknownVersion] or a
// [Mismatch]. Fields that are not known are passed over, so that a newer minor version can be read.
//
// What people and other systems send, requests, decisions and accounts, is looked through for secrets before anything else is said
// about it, so that no error repeats one. What cannot be used becomes a [DeadLetter], whole but for secrets.
//
// Start with [EncodeRequest] and [DecodeRequest]; subjects.go lists the subjects, docs/events.md is the reference for people, and
// package schema holds the contract as JSON Schemas and an AsyncAPI document.
package event
