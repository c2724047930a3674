package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// MaxImport is the most that one import may weigh, in bytes.
const MaxImport = 64 << 20

// EntryError says which entry of an import is not allowed, and why.
type EntryError struct {
	Entry int // from 1
	Err   error
}

// Error names the entry.
func (e *EntryError) Error() string { return fmt.Sprintf("entry %d: %v", e.Entry, e.Err) }

// Unwrap returns the cause.
func (e *EntryError) Unwrap() error { return e.Err }

// ReadAccounts reads records of service accounts: a JSON array, or one JSON object after the other, usually one a line. Every entry is
// validated, and no service account may come twice; the error is an [EntryError], and nothing is returned with it. A field that is not
// known is refused: it may be a known one misspelt.
func ReadAccounts(r io.Reader) ([]deprovision.Account, error) {
	var out []deprovision.Account
	first := map[string]int{}
	for raw, err := range entries(r) {
		entry := len(out) + 1
		if err != nil {
			return nil, &EntryError{Entry: entry, Err: err}
		}
		a, err := record(raw)
		if err != nil {
			return nil, &EntryError{Entry: entry, Err: err}
		}
		name := a.Tenant + "." + a.ID
		if before, twice := first[name]; twice {
			err := &deprovision.Invalid{Field: "id", Value: name, Allowed: fmt.Sprintf("each account once; entry %d has it too", before)}
			return nil, &EntryError{Entry: entry, Err: err}
		}
		first[name] = entry
		out = append(out, a)
	}
	return out, nil
}

func record(raw []byte) (deprovision.Account, error) {
	var a deprovision.Account
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(&a)
	wrong := deprovision.WrongType(err)
	switch {
	case wrong != nil:
		return a, wrong
	case err != nil:
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return a, &deprovision.Invalid{Field: strings.Trim(name, `"`),
				Allowed: "tenant, id, service, kind, appId, product, upn, site, productId, recorded, sharePointAppId, names, appCredential, consumers, state"}
		}
		return a, notJSON
	}
	return checked(a)
}

var notJSON = &deprovision.Invalid{Field: "json", Allowed: "a JSON array of objects, or one JSON object a line"}

// entries yields the raw objects of an import.
func entries(r io.Reader) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		limited := &io.LimitedReader{R: r, N: MaxImport + 1}
		in := bufio.NewReader(limited)
		d := json.NewDecoder(in)
		array := opensArray(in)
		if array {
			_, _ = d.Token() // the bracket that was seen
		}
		for !array || d.More() {
			var raw json.RawMessage
			err := d.Decode(&raw)
			switch {
			case errors.Is(err, io.EOF) && !array:
				return
			case limited.N <= 0:
				err = &deprovision.Invalid{Field: "size", Allowed: fmt.Sprintf("at most %d bytes in one import", MaxImport)}
			case err != nil || len(raw) == 0 || raw[0] != '{':
				err = notJSON
			}
			if !yield(raw, err) || err != nil {
				return
			}
		}
		if _, err := d.Token(); err != nil { // the closing bracket
			yield(nil, notJSON)
			return
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			yield(nil, notJSON)
		}
	}
}

func opensArray(in *bufio.Reader) bool {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return false
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			_ = in.UnreadByte() // a byte was just read
			return b == '['
		}
	}
}

// Imported says what became of one record of an import.
type Imported struct {
	Account deprovision.Account `json:"account"`
	Change  Change              `json:"change,omitempty"`
	Err     error               `json:"-"` // a [ConflictError]: this one was left as it was
}

// ImportAccounts puts many records, as [Client.PutAccount] does one. It goes on after a [ConflictError], which it yields with its record,
// and ends with any other error. It may be repeated: what is there already is unchanged.
func (c *Client) ImportAccounts(ctx context.Context, accounts []deprovision.Account, update bool) iter.Seq2[Imported, error] {
	return func(yield func(Imported, error) bool) {
		for i, a := range accounts {
			change, err := c.PutAccount(ctx, a, update)
			done := Imported{Account: a, Change: change}
			if conflict, ok := errors.AsType[*ConflictError](err); ok {
				done.Err, err = conflict, nil
			} else if err != nil {
				err = &EntryError{Entry: i + 1, Err: err}
			}
			if !yield(done, err) || err != nil {
				return
			}
		}
	}
}
