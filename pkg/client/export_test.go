package client

// Streams are the names that the client reads and writes.
var Streams = []string{requestStream, eventStream, planStream, accountStream, deadLetterStream}

// Lost is what the connection calls when it is lost, and when it is closed.
var Lost = lost
