package batch

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
)

// maxPages bounds a listing whose pages do not end.
const maxPages = 10_000

// row is what is read of an object, of whichever kind; the whole of it stays in raw.
type row struct {
	ID          string     `json:"id"`
	Created     *time.Time `json:"createdDateTime"`
	DisplayName string     `json:"displayName"`
	Topic       string     `json:"topic"`    // of a chat
	Mail        string     `json:"mail"`     // of a user
	UserType    string     `json:"userType"` // of a user
	WebURL      string     `json:"webUrl"`   // of a site
	Type        string     `json:"@odata.type"`
	Children    *int       `json:"childFolderCount"` // of a mail folder
	App         struct {
		DisplayName string `json:"displayName"`
	} `json:"teamsApp"` // of an installation

	raw json.RawMessage
}

func (r row) object(name string) m365.Object {
	return m365.Object{ID: r.ID, Name: name, Created: r.Created, Raw: r.raw}
}

// readRow reads one object.
func readRow(raw json.RawMessage) (row, error) {
	r := row{raw: raw}
	if err := json.Unmarshal(raw, &r); err != nil {
		return row{}, err
	}
	if r.ID == "" {
		return row{}, errors.New("an object without an id")
	}
	return r, nil
}

// readPage reads the rows of a page and the address of the next one.
func readPage(body []byte) (rows []row, next string, err error) {
	var page struct {
		Value []json.RawMessage `json:"value"`
		Next  string            `json:"@odata.nextLink"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, "", err
	}
	if page.Value == nil {
		return nil, "", errors.New("the answer is no listing")
	}
	for _, raw := range page.Value {
		r, err := readRow(raw)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, r)
	}
	return rows, page.Next, nil
}

// all reads every page of one listing by calls of its own, sorted by id; take names a row, or leaves it out. A row that comes twice, for
// something moved while the pages were read, counts once.
func (c *Client) all(ctx context.Context, name, address string, take func(row) (label string, ok bool)) ([]m365.Object, error) {
	var out []m365.Object
	seen := map[string]bool{}
	for address != "" {
		call := &transport.Call{Name: name}
		if seen[address] || len(seen) == maxPages {
			return nil, transport.Malformed(API, call, "the pages do not end: the next page is one that came before")
		}
		seen[address] = true
		if err := c.send(ctx, call, http.MethodGet, address, nil); err != nil {
			return nil, err
		}
		rows, next, err := readPage(call.Body)
		if err != nil {
			return nil, transport.Malformed(API, call, "the answer cannot be read: %w", err)
		}
		for _, r := range rows {
			if label, ok := take(r); ok {
				out = append(out, r.object(label))
			}
		}
		if address = ""; next != "" {
			var ok bool
			if address, ok = c.relative(next); !ok {
				return nil, transport.Malformed(API, call, "the next page is not at %s", c.service.Host)
			}
		}
	}
	return sorted(out), nil
}

func sorted(objects []m365.Object) []m365.Object {
	slices.SortStableFunc(objects, func(a, b m365.Object) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(objects, func(a, b m365.Object) bool { return a.ID == b.ID })
}

func displayName(r row) (string, bool) { return r.DisplayName, true }
