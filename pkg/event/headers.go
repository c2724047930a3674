package event

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
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
	for i := 0; i < len(s); i++ {
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

// header finds a value whatever the case of its name: NATS headers keep the case of the sender.
func header(h nats.Header, name string) (string, bool) {
	for key, values := range h {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0], true
		}
	}
	return "", false
}

// Trace returns the W3C traceparent of a message, from the plain header or the CloudEvents extension; "" when it has none.
func Trace(h nats.Header) string {
	if trace, ok := header(h, TraceParent); ok {
		return trace
	}
	trace, _ := header(h, prefix+TraceParent)
	return unescape(trace)
}
