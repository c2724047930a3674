package journal

import (
	"encoding/json"
	"errors"
	"strings"
)

// Answer is what a decider is told on the inbox that its message names.
type Answer struct {
	Accepted bool   `json:"accepted"`
	Refusal  string `json:"refusal,omitempty"` // why the decision does not count
}

var errNoInbox = errors.New("what the message names is no inbox")

// answer tells a decider; one that no longer listens finds the answer in the journal.
func (c *Consumer) answer(inbox, refusal string) {
	body, err := json.Marshal(Answer{Accepted: refusal == "", Refusal: refusal})
	if err == nil && !isInbox(inbox) {
		err = errNoInbox
	}
	if err == nil {
		err = c.Journal.nc.Publish(inbox, body)
	}
	if err != nil {
		c.log().Warn("a decider got no answer", "error", err)
	}
}

// isInbox accepts "_INBOX.…" and, for users whose permissions are narrow, "_INBOX_<name>.…": a sender must not have the worker write
// elsewhere.
func isInbox(subject string) bool {
	first, rest, ok := strings.Cut(subject, ".")
	return ok && rest != "" && (first == "_INBOX" || strings.HasPrefix(first, "_INBOX_")) && !strings.ContainsAny(subject, "*> \t\r\n")
}
