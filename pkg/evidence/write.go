package evidence

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Writer writes a bundle, record after record: events in their order, then plans and account, then [Writer.Close].
type Writer struct {
	out   *bufio.Writer
	hash  hash.Hash
	close Record
}

// NewWriter begins a bundle with its header: request, when and by which program it is made are the caller's.
func NewWriter(w io.Writer, header Record) (*Writer, error) {
	out := &Writer{out: bufio.NewWriterSize(w, 64<<10), hash: sha256.New(), close: Record{Kind: CloseKind}}
	header.Kind, header.Format, header.Version = HeaderKind, Format, Version
	return out, out.put(header)
}

// Event writes an event.
func (w *Writer) Event(r Record, data []byte) error {
	r.Kind = EventKind
	w.close.Events++
	w.close.Seal = ""
	if glance(data).Progress.Status.Terminal() {
		w.close.Seal = r.Chain
	}
	return w.put(r.hold(data))
}

// Plan writes a plan, in parts where it is long.
func (w *Writer) Plan(digest string, body []byte) error {
	pieces := split(body)
	for i, piece := range pieces {
		if err := w.put(Record{Kind: PlanKind, Digest: digest, Part: i + 1, Parts: len(pieces)}.piece(piece)); err != nil {
			return err
		}
	}
	return nil
}

// Account writes the record of a service account.
func (w *Writer) Account(name string, body []byte) error {
	return w.put(Record{Kind: AccountKind, Name: name}.hold(body))
}

// Close writes the closing record. It does not close the writer below.
func (w *Writer) Close() error {
	w.close.Digest = digestOf(w.hash.Sum(nil))
	w.close.Records++
	return errors.Join(w.put(w.close), w.out.Flush())
}

func (w *Writer) put(r Record) error {
	line, err := r.line()
	if err != nil {
		return fmt.Errorf("write a record of the kind %s: %w", r.Kind, err)
	}
	if len(line) > MaxLine {
		return &deprovision.Invalid{Field: string(r.Kind), Value: fmt.Sprintf("%d bytes", len(line)), Allowed: fmt.Sprintf("at most %d bytes a record", MaxLine)}
	}
	w.close.Records++
	line = append(line, '\n')
	w.hash.Write(line)
	_, err = w.out.Write(line)
	return err
}

// split cuts a body into pieces that fit into a record, none of them in the middle of a character.
func split(body []byte) [][]byte {
	var out [][]byte
	for len(body) > MaxPiece {
		cut := MaxPiece
		for cut > MaxPiece-utf8.UTFMax && !utf8.RuneStart(body[cut]) {
			cut--
		}
		out, body = append(out, body[:cut]), body[cut:]
	}
	return append(out, body)
}
