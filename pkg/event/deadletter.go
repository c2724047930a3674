package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// DeadLetter is a message that could not be used: its payload and headers whole, but for what looks like a secret. A payload that is
// too large for one message is kept in several letters, the parts.
type DeadLetter struct {
	Reason   string      `json:"reason"`             // a token
	Detail   string      `json:"detail,omitempty"`   // one line for a person
	Subject  string      `json:"subject"`            // where it came on
	Header   nats.Header `json:"header,omitempty"`   // in every part
	Data     []byte      `json:"data,omitempty"`     // the payload as it came; empty when Kept stands for it
	Kept     []byte      `json:"kept,omitempty"`     // the payload without its secrets, or a part of it: not fit to be sent again
	At       time.Time   `json:"at"`                 // when it was set aside
	Size     int         `json:"size"`               // bytes of the payload as it came
	SHA256   string      `json:"sha256"`             // of the payload as it came, in hexadecimal
	Redacted int         `json:"redacted,omitempty"` // places, headers included, where [Redacted] stands for a secret
	Letter   string      `json:"letter,omitempty"`   // the same in all parts of one letter
	Part     int         `json:"part,omitempty"`     // from 1; 0 when there is one part only
	Parts    int         `json:"parts,omitempty"`    //
}

// letter is a dead letter as it travels.
type letter struct {
	DeadLetter
	HeaderBytes [][]byte `json:"headerBytes,omitempty"` // name, value, name, value …: headers that JSON would spoil or swell
}

// EncodeDeadLetter makes the messages that keep an unusable one: one, or one per part. It fills in Size, SHA256 and the parts, and takes
// out what looks like a secret. It fails for no payload, and for no header that a stream takes (64 KiB).
func EncodeDeadLetter(d DeadLetter) ([]*nats.Msg, error) {
	wire := letter{DeadLetter: d.sealed()}
	if !fitsJSON(wire.Header) {
		wire.HeaderBytes, wire.Header = flatten(wire.Header), nil
	}
	msg, err := wire.encode()
	var invalid *deprovision.Invalid
	if errors.As(err, &invalid) && invalid.Field == "size" {
		return wire.split()
	}
	return []*nats.Msg{msg}, err
}

// A part and the headers together stay within [MaxMessage].
const (
	partSize   = 192 << 10 // bytes of a payload, before base64
	headerSize = 192 << 10 // bytes of the headers as JSON
	detailSize = 1000      // bytes
)

// split makes the messages of a letter that is too large for one.
func (l letter) split() ([]*nats.Msg, error) {
	payload := l.payload()
	l.Letter, l.Data, l.Parts = nuid.Next(), nil, (len(payload)+partSize-1)/partSize
	var out []*nats.Msg
	for chunk := range slices.Chunk(payload, partSize) {
		l.Kept, l.Part = chunk, l.Part+1
		msg, err := l.encode()
		if err != nil {
			return nil, err
		}
		out = append(out, msg)
	}
	return out, nil
}

// encode makes one message. It fails on what is too large, and on a year beyond 9999.
func (l letter) encode() (*nats.Msg, error) {
	return encode(DeadLetterSubject(l.Reason), DeadLetterType, "", "", l.At, "", l)
}

// DecodeDeadLetter reads a dead letter, or one part of it.
func DecodeDeadLetter(msg *nats.Msg) (DeadLetter, error) {
	var l letter
	if _, err := decode(msg, DeadLetterType, &l); err != nil {
		return l.DeadLetter, err
	}
	for pair := range slices.Chunk(l.HeaderBytes, 2) {
		if l.Header == nil {
			l.Header = nats.Header{}
		}
		name := string(pair[0])
		l.Header[name] = append(l.Header[name], string(pair[len(pair)-1]))
	}
	return l.DeadLetter, nil
}

// JoinDeadLetter puts the parts of one letter together, in any order. The error names what is missing or not as it was.
func JoinDeadLetter(parts ...DeadLetter) (DeadLetter, error) {
	if len(parts) == 1 && parts[0].Parts == 0 {
		return parts[0], nil
	}
	parts = slices.SortedFunc(slices.Values(parts), func(a, b DeadLetter) int { return a.Part - b.Part })
	var payload []byte
	for i, p := range parts {
		if p.Letter != parts[0].Letter || p.Part != i+1 || p.Parts != len(parts) {
			return DeadLetter{}, &deprovision.Invalid{Field: "parts", Allowed: fmt.Sprintf("each of the %d parts of one letter, once", p.Parts)}
		}
		payload = append(payload, p.Kept...)
	}
	if len(parts) == 0 {
		return DeadLetter{}, &deprovision.Invalid{Field: "parts", Allowed: "the parts of one letter"}
	}
	d := parts[0]
	d.Letter, d.Part, d.Parts, d.Kept = "", 0, 0, payload
	if d.Redacted > 0 {
		return d, nil
	}
	if digest(payload) != d.SHA256 {
		return DeadLetter{}, &deprovision.Invalid{Field: "sha256", Value: clip(d.SHA256), Allowed: "the digest of the payload, " + digest(payload)}
	}
	d.Data, d.Kept = payload, nil
	return d, nil
}

// payload is what the letter keeps of the payload.
func (d DeadLetter) payload() []byte {
	if len(d.Kept) > 0 {
		return d.Kept
	}
	return d.Data
}

// sealed takes out secrets and fills in what describes the payload. A letter that was sealed stays as it is.
func (d DeadLetter) sealed() DeadLetter {
	if d.SHA256 == "" {
		d.Size, d.SHA256 = len(d.Data), digest(d.Data)
	}
	payload, places := redact(d.payload())
	var inHeader, inSubject, inDetail int
	d.Header, inHeader = redactHeader(d.Header)
	d.Subject, inSubject = redactText(d.Subject)
	d.Detail, inDetail = redactText(d.Detail)
	if len(d.Detail) > detailSize {
		d.Detail = strings.ToValidUTF8(d.Detail[:detailSize], "") + "…"
	}
	d.Reason = Token(d.Reason)
	d.Redacted += places + inHeader + inSubject + inDetail
	if d.Redacted > 0 {
		d.Data, d.Kept = nil, payload
	}
	return d
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// fitsJSON reports whether JSON holds the headers as they are: no byte replaced, and not swollen by escapes.
func fitsJSON(h nats.Header) bool {
	for name, values := range h {
		if !utf8.ValidString(name + strings.Join(values, "")) {
			return false
		}
	}
	body, err := json.Marshal(h)
	return err == nil && len(body) <= headerSize
}

func flatten(h nats.Header) [][]byte {
	var out [][]byte
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			out = append(out, []byte(name), []byte(value))
		}
	}
	return out
}
