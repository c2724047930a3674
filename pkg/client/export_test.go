package client

// Streams are the names that the client reads and writes.
var Streams = []string{requestStream, eventStream, planStream, accountStream, deadLetterStream}
