package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Format and Version stand in the header of a bundle.
const (
	Format  = "io.deprovisioner.evidence"
	Version = 1
)

// Kind says what a record holds.
type Kind string

// The kinds, in the order in which they stand in a bundle.
const (
	HeaderKind  Kind = "header"  // the first record: what the bundle is of
	EventKind   Kind = "event"   // an event of the journal
	PlanKind    Kind = "plan"    // a plan that an event names, or a part of it
	AccountKind Kind = "account" // the record of the service account when the bundle was made; nothing proves it
	CloseKind   Kind = "close"   // the last record: what the bundle holds, and its seal
)

// Record is one line of a bundle. Its fields are in the order in which they are written.
type Record struct {
	Kind Kind `json:"kind"`

	Format  string `json:"format,omitempty"`  // header
	Version int    `json:"version,omitempty"` // header
	Request string `json:"request,omitempty"` // header: <tenant>.<service>.<request>
	Made    string `json:"made,omitempty"`    // header: when, RFC 3339
	By      string `json:"by,omitempty"`      // header: by which program
	After   uint64 `json:"after,omitempty"`   // header: the events up to this one are not in this bundle: they were archived before
	Before  string `json:"before,omitempty"`  // header: the chain value of event After, which the first event follows

	Seq      uint64 `json:"seq,omitempty"`      // event: 1, 2, 3 …
	Revision uint64 `json:"revision,omitempty"` // event: sequence in the stream
	At       string `json:"at,omitempty"`       // event: when it was stored, RFC 3339
	Chain    string `json:"chain,omitempty"`    // event: its chain value, as its message had it
	Sign     string `json:"sign,omitempty"`     // event: its signature, as its message had it

	Digest string `json:"digest,omitempty"` // plan: its own; close: of all bytes before this record
	Part   int    `json:"part,omitempty"`   // plan: from 1
	Parts  int    `json:"parts,omitempty"`  // plan
	Name   string `json:"name,omitempty"`   // account: <tenant>.<account>

	Events  int    `json:"events,omitempty"`  // close: how many there are
	Records int    `json:"records,omitempty"` // close: how many there are, itself among them
	Seal    string `json:"seal,omitempty"`    // close: chain value of the end; none while the request was open

	Data   json.RawMessage `json:"data,omitempty"`   // the thing itself, byte for byte, where it is JSON on one line and not too long
	Base64 []byte          `json:"base64,omitempty"` // else the same in base64

	Sum string `json:"sum,omitempty"` // half of the SHA-256 of the record without this field: it tells which record was changed
}

// Bytes returns what an event, plan or account record holds.
func (r Record) Bytes() []byte {
	if len(r.Base64) > 0 {
		return r.Base64
	}
	return r.Data
}

// hold puts data into a record, in whichever way keeps every byte.
func (r Record) hold(data []byte) Record {
	var compact bytes.Buffer
	if len(data) <= MaxPiece && json.Compact(&compact, data) == nil && bytes.Equal(compact.Bytes(), data) {
		r.Data = data
	} else {
		r.Base64 = data
	}
	return r
}

// bare keeps of a record what its kind has, and holds its data as a writer does. What else a reader of the line could take for a part of it is gone.
func (r Record) bare() Record {
	out := Record{Kind: r.Kind}
	switch data := r.Bytes(); r.Kind {
	case HeaderKind:
		out.Format, out.Version, out.Request, out.Made, out.By, out.After, out.Before = r.Format, r.Version, r.Request, r.Made, r.By, r.After, r.Before
	case EventKind:
		out.Seq, out.Revision, out.At, out.Chain, out.Sign = r.Seq, r.Revision, r.At, r.Chain, r.Sign
		out = out.hold(data)
	case PlanKind:
		out.Digest, out.Part, out.Parts = r.Digest, r.Part, r.Parts
		out = out.piece(data)
	case AccountKind:
		out.Name = r.Name
		out = out.hold(data)
	case CloseKind:
		out.Digest, out.Events, out.Records, out.Seal = r.Digest, r.Events, r.Records, r.Seal
	}
	return out
}

// piece puts a plan, or a part of one, into its record.
func (r Record) piece(data []byte) Record {
	if r.Parts == 1 {
		return r.hold(data)
	}
	r.Base64 = data
	return r
}

// line writes a record as it stands in a bundle, without the line feed. There is one way to write a record.
func (r Record) line() ([]byte, error) {
	r.Sum = ""
	bare, err := encode(r)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(bare)
	r.Sum = hex.EncodeToString(digest[:16])
	return encode(r)
}

func encode(r Record) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // or the bytes of events would change
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func digestOf(sum []byte) string { return "sha256:" + hex.EncodeToString(sum) }
