package journal

import "time"

// SetPatience sets how long one request to the server may take.
func (j *Journal) SetPatience(d time.Duration) { j.askFor = d }

// IsInbox makes the check on a decider's inbox testable.
var IsInbox = isInbox
