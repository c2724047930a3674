package journal

import (
	"time"

	"github.com/nats-io/nats.go"
)

// SetPatience sets how long one request to the server may take.
func (j *Journal) SetPatience(d time.Duration) { j.askFor = d }

// SetPoll sets how long one fetch waits.
func (j *Journal) SetPoll(d time.Duration) { j.poll = d }

// IsInbox makes the check on a decider's inbox testable.
var IsInbox = isInbox

// Over is a journal on any connection: whoever listens there for the server's requests is its leader.
func Over(nc *nats.Conn) *Journal { return &Journal{nc: nc, askFor: askFor} }
