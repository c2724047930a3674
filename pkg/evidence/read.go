package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Limits of a bundle.
const (
	MaxLine  = 1 << 20   // bytes of a record: an event of the largest message in base64, with room to spare
	MaxPiece = 256 << 10 // bytes of a plan or event in one record
)

// errLong says that a line is longer than any record.
var errLong = errors.New("the line is longer than a record may be")

// lines reads lines of at most [MaxLine] bytes.
type lines struct {
	in   *bufio.Reader
	long []byte // a line that is longer than the reader's buffer
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, 16<<10)} }

// next returns a line with its line feed, valid until the next one is read. The last one may lack it. The error is io.EOF behind the last one.
func (l *lines) next() ([]byte, error) {
	l.long = l.long[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		if len(l.long) == 0 && err == nil {
			return part, nil
		}
		if len(l.long)+len(part) > MaxLine+1 {
			return nil, errLong
		}
		switch l.long = append(l.long, part...); {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(l.long) > 0:
			return l.long, nil
		default:
			return l.long, err
		}
	}
}

// errBoth says that a record could be read in two ways: one reader would take the data, another the base64.
var errBoth = errors.New("it has both data and base64")

// parse reads a record, and reports whether it is written in the one way that there is for its kind.
func parse(line []byte) (r Record, as bool, err error) {
	text := bytes.TrimSuffix(line, []byte("\n"))
	if err := json.Unmarshal(text, &r); err != nil {
		return r, false, err
	}
	if len(r.Data) > 0 && len(r.Base64) > 0 {
		return r, false, errBoth
	}
	again, err := r.bare().line()
	return r, err == nil && bytes.Equal(again, text), nil
}

// glanced is what the chain of a journal hangs on.
type glanced struct {
	Progress struct {
		Seq     uint64             `json:"seq"`
		Status  deprovision.Status `json:"status"`
		Request struct {
			ID      string              `json:"id"`
			Tenant  string              `json:"tenant"`
			Service deprovision.Service `json:"service"`
			Account string              `json:"account"`
		} `json:"request"`
		Plan *struct {
			Digest string `json:"digest"`
		} `json:"plan"`
	} `json:"progress"`
}

// glance reads of an event what can be read.
func glance(data []byte) glanced {
	var g glanced
	if json.Unmarshal(data, &g) != nil {
		return glanced{}
	}
	return g
}

func (g glanced) ref() deprovision.Ref {
	r := g.Progress.Request
	return deprovision.Ref{Tenant: r.Tenant, Service: r.Service, Request: r.ID}
}
