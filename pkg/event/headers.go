package event

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Headers of a message.
const (
	ContentType = "Content-Type"
	TraceParent = "traceparent"           // W3C Trace Context
	AnswerTo    = "Deprovision-Answer-To" // inbox on which a decider waits for an answer
	prefix      = "ce-"
)

// escape percent-encodes a header value as the CloudEvents bindings ask: space, '"', '%' and all that is not printable ASCII.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= 0x20 || c >= 0x7f || c == '"' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescape reverses escape; a value that was not encoded, or not into UTF-8, stands for itself.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil && utf8.ValidString(out) {
		return out
	}
	return s
}

// single finds the one value of a header whatever the case of its name: NATS headers keep the case of the sender. Two different values
// are refused, because two readers could choose differently.
func single(h nats.Header, name string) (string, error) {
	var found string
	for key, values := range h {
		if !strings.EqualFold(key, name) {
			continue
		}
		for _, value := range values {
			if found != "" && value != found {
				return "", &deprovision.Invalid{Field: strings.ToLower(name), Allowed: "one value"}
			}
			found = value
		}
	}
	return found, nil
}

// traceForm is a W3C traceparent; a version that is not known yet may add to it.
var traceForm = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)`)

// Trace returns the W3C traceparent of a message, from the plain header or the CloudEvents extension; "" when it has none, or none
// that is well-formed: a broken trace is dropped, not the message.
func Trace(h nats.Header) string {
	trace, err := single(h, TraceParent)
	if trace == "" && err == nil {
		trace, err = single(h, prefix+TraceParent)
	}
	trace = unescape(trace)
	m := traceForm.FindStringSubmatch(trace)
	if err != nil || m == nil || m[1] == "ff" || strings.Trim(m[2], "0") == "" || strings.Trim(m[3], "0") == "" || m[1] == "00" && m[4] != "" {
		return ""
	}
	return trace[:55]
}
