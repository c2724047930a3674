package client

// Streams are the names that the client reads and writes.
var Streams = []string{requestStream, eventStream, planStream, accountStream, deadLetterStream}

// Lost is what the connection calls when it is lost, and when it is closed.
var Lost = lost

// Ages makes a roster as old as one that reads everything anew.
func (r *Roster) Ages() { r.full = r.full.Add(-2 * anew) }
