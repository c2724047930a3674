package batch

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// judge reads the answer to a batch.
type judge struct {
	name    string
	changes bool
	items   []item
	results []result
	err     error // why the answer is none
}

// response is what the service answers to one item.
type response struct {
	ID      string                     `json:"id"`
	Status  int                        `json:"status"`
	Headers map[string]json.RawMessage `json:"headers"`
	Body    json.RawMessage            `json:"body"`
}

// parts fills in the results, and hands the transport the failures among them.
func (j *judge) parts(outer http.Header, body []byte) []error {
	var answer struct {
		Responses []json.RawMessage `json:"responses"` // in any order
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		j.err = err
		return nil
	}
	if answer.Responses == nil {
		j.err = errors.New("the answer is none to a batch")
		return nil
	}
	found, times := map[string]response{}, map[string]int{}
	for _, raw := range answer.Responses {
		var r response
		err := json.Unmarshal(raw, &r)
		if times[r.ID]++; err != nil {
			r.Status = 0 // cannot be read; whose it is, perhaps
		}
		found[r.ID] = r
	}
	failures := make([]error, len(j.items))
	j.results = make([]result, len(j.items))
	for i, it := range j.items {
		j.results[i] = j.one(it, found[it.ID], times[it.ID], outer)
		failures[i] = j.results[i].err
	}
	return failures
}

// one judges one item. An item that was answered twice, or not at all, or by no status is as good as one whose answer was lost.
func (j *judge) one(it item, r response, times int, outer http.Header) result {
	header := r.header(outer)
	switch {
	case times != 1 || r.Status < 100 || r.Status > 599:
		return result{err: j.lost(header, "no answer, or more than one, to the item")}
	case r.Status < 200 || r.Status > 299:
		f := transport.Judge(API, r.Status, header, r.text(), j.changes)
		f.Call = j.name
		return result{err: f, code: code(r.text())}
	case !j.changes:
		return result{body: r.Body}
	}
	id := cmp.Or(transport.RequestID(header), transport.RequestID(outer))
	return result{body: r.Body, receipt: m365.Receipt{Call: j.name, ClientID: it.Headers["client-request-id"], RequestID: id}}
}

func (j *judge) lost(header http.Header, why string) error {
	f := &deprovision.Failure{Class: deprovision.Malformed, API: API, Call: j.name, Status: http.StatusOK, Err: errors.New(why)}
	f.RequestID = transport.RequestID(header)
	if j.changes {
		f.Class = deprovision.Unknown
	}
	return f
}

// header is the item's own headers: texts, or numbers where a service is careless. The clock is the one of the whole answer.
func (r response) header(outer http.Header) http.Header {
	h := http.Header{}
	for name, raw := range r.Headers {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			var n json.Number
			if json.Unmarshal(raw, &n) != nil {
				continue
			}
			text = n.String()
		}
		h.Set(name, text)
	}
	if h.Get("Date") == "" {
		h.Set("Date", outer.Get("Date"))
	}
	return h
}

// text is the body of a refusal: JSON as it stands, anything else as a text or, by the protocol, in base64.
func (r response) text() []byte {
	var text string
	if json.Unmarshal(r.Body, &text) != nil {
		return r.Body
	}
	if plain, err := base64.StdEncoding.DecodeString(text); err == nil && json.Valid(plain) {
		return plain
	}
	return []byte(text)
}

// code is the error code in the body of a refusal.
func code(body []byte) string {
	var refusal struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(body, &refusal) // what could be read is read
	return refusal.Error.Code
}
