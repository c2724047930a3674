package sharepoint

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// maxPages bounds a listing whose pages do not end.
const maxPages = 10_000

// listing says how to read all rows of one kind at a web.
type listing struct {
	name     string // of the call
	leaf     string
	id, text string                    // the fields that hold id and name
	take     func(map[string]any) bool // nil: every row
}

// all reads every page, sorted by id. A page that came before, or that is not about the web, ends in a failure, as does a row without id.
func (c *Client) all(ctx context.Context, address string, l listing) ([]m365.Object, error) {
	call := &transport.Call{Name: l.name}
	at, err := c.find(call, address)
	if err != nil {
		return nil, err
	}
	var out []m365.Object
	seen := map[string]bool{}
	for page := at.api(l.leaf); page != ""; {
		if seen[page] || len(seen) == maxPages {
			return nil, transport.Malformed(API, call, "the pages do not end: the next page is one that came before")
		}
		seen[page] = true
		call = &transport.Call{Name: l.name}
		if err := at.host.send(ctx, call, page, request{method: http.MethodGet}); err != nil {
			return nil, err
		}
		rows, next, err := l.page(call.Body)
		if err != nil {
			return nil, transport.Failed(err, API, call)
		}
		out = append(out, rows...)
		if page = ""; next != "" {
			var ok bool
			if page, ok = at.next(next); !ok {
				return nil, transport.Malformed(API, call, "the next page is not about the same web")
			}
		}
	}
	return sorted(out), nil
}

// sorted orders objects by id; one that comes twice, for something changed while the pages were read, counts once.
func sorted(objects []m365.Object) []m365.Object {
	slices.SortStableFunc(objects, func(a, b m365.Object) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(objects, func(a, b m365.Object) bool { return a.ID == b.ID })
}

// page reads the rows of a page and the address of the next one.
func (l listing) page(body []byte) (rows []m365.Object, next string, err error) {
	var page struct {
		Value []json.RawMessage `json:"value"`
		Next  string            `json:"odata.nextLink"`
		Newer string            `json:"@odata.nextLink"` // as later versions of OData write it
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, "", err
	}
	if page.Value == nil || failed(body) {
		return nil, "", errors.New("the answer is no listing")
	}
	for _, raw := range page.Value {
		o, fields, err := l.object(raw)
		if err != nil {
			return nil, "", err
		}
		if l.take == nil || l.take(fields) {
			rows = append(rows, o)
		}
	}
	return rows, cmp.Or(page.Next, page.Newer), nil
}

// object reads a row. A time without a zone is no time that others could compare.
func (l listing) object(raw json.RawMessage) (m365.Object, map[string]any, error) {
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return m365.Object{}, nil, err
	}
	o := m365.Object{Raw: raw}
	o.ID, _ = fields[l.id].(string)
	o.Name, _ = fields[l.text].(string)
	if o.ID == "" {
		return m365.Object{}, nil, errors.New("an object without an id")
	}
	if text, ok := fields["Created"].(string); ok {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			o.Created = &at
		}
	}
	return o, fields, nil
}

// checkGUID refuses what is no GUID: an id is put into an address.
func checkGUID(call *transport.Call, field, id string) error {
	if deprovision.ValidAppID(id) {
		return nil
	}
	return transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: field, Value: transport.Printable(id), Allowed: "a GUID"})
}
