package event

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The attributes that chain the events of a request's journal and seal its end, without the prefix of their headers.
const (
	chainName  = "chain"
	beforeName = "before"
	sealName   = "seal"
)

// Link is what a journal's event is chained by.
type Link struct {
	Data   []byte // the event, byte for byte as it was published
	Chain  string // its chain value; "" where its writer knew of none
	Before string // of an end: the chain value before it, so that it can be checked where it alone is left
	Seal   string // its signature, see [Sign]; "" where it has none
}

// ReadLink takes the link out of an event's message, in either mode. An event that holds nothing useful is still a link: whether it fits is
// found out by computing the chain anew.
func ReadLink(msg *nats.Msg) (Link, error) {
	a, body, err := open(msg)
	if err != nil {
		return Link{Data: msg.Data}, err
	}
	return Link{Data: body, Chain: a.Chain, Before: a.Before, Seal: a.Seal}, nil
}

// Holds reports whether the event gives its chain value on top of the one that it says was before it. Nobody finds another event, or another
// value before it, that gives the same: so a [Link.Chain] that is trusted makes the data trusted.
func (l Link) Holds() bool { return ValidChain(l.Before) && ChainNext(l.Before, l.Data) == l.Chain }

// ChainStart returns the chain value that the first event of a request follows: it binds a chain to its request.
func ChainStart(ref deprovision.Ref) string { return sum([]byte(Subject(Events, ref))) }

// ChainNext returns the chain value of an event: the SHA-256 of the chain value before it, a line feed, and its data, byte for byte.
func ChainNext(before string, data []byte) string { return sum([]byte(before), []byte("\n"), data) }

// SetLink writes into an encoded message what it is chained by; what is empty is left out, and so is the data, which the message has.
func SetLink(msg *nats.Msg, l Link) {
	for name, value := range map[string]string{chainName: l.Chain, beforeName: l.Before, sealName: l.Seal} {
		if value != "" {
			msg.Header[prefix+name] = []string{escape(value)}
		}
	}
}

var chainForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// ValidChain reports whether s has the form of a chain value: "sha256:" and 64 hexadecimal digits.
func ValidChain(s string) bool { return chainForm.MatchString(s) }

func sum(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
