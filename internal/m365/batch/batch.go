package batch

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// item is one request inside a batch.
type item struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"` // behind the version
	Headers map[string]string `json:"headers,omitempty"`
}

// read is an item that changes nothing.
func read(address string, header map[string]string) item {
	return item{Method: http.MethodGet, URL: address, Headers: header}
}

// change is an item that changes something; its call has an id of its own, by which both sides can find it again.
func change(method, address string, header map[string]string, callID string) item {
	if callID == "" {
		callID = uuid.NewString()
	}
	own := map[string]string{"client-request-id": callID, "return-client-request-id": "true"}
	maps.Copy(own, header)
	return item{Method: method, URL: address, Headers: own}
}

// result is what became of an item.
type result struct {
	body    json.RawMessage // of a success; may be empty
	receipt m365.Receipt    // of a change that succeeded
	err     error           // a Failure
	code    string          // of a refusal: Graph's error code
}

// run sends at most [m365.MostTargets] items of one kind, called name, and tells in their order what became of each. The error is one of
// the whole call; of a change that may have happened all the same it has class unknown.
func (c *Client) run(ctx context.Context, name string, changes bool, items []item) ([]result, error) {
	if len(items) == 0 {
		return nil, nil
	}
	call := &transport.Call{Name: "POST /$batch of " + name, Changes: changes}
	if len(items) > m365.MostTargets {
		return nil, transport.Malformed(API, call, "%d at once: at most %d", len(items), m365.MostTargets)
	}
	for i := range items {
		items[i].ID = strconv.Itoa(i)
	}
	body, err := json.Marshal(map[string]any{"requests": items})
	if err != nil {
		return nil, transport.Malformed(API, call, "%w", err)
	}
	j := judge{name: name, changes: changes, items: items}
	call.Parts = j.parts
	if err := c.send(ctx, call, http.MethodPost, "/$batch", body); err != nil {
		return nil, whole(err, changes)
	}
	if j.err != nil {
		f := &deprovision.Failure{Class: deprovision.Malformed, API: API, Call: call.Name, Status: http.StatusOK, RequestID: call.RequestID, Err: j.err}
		if changes {
			f.Class = deprovision.Unknown
		}
		return nil, f
	}
	return j.results, nil
}

// whole is the failure of a whole batch. Under 424 Graph used to answer a batch of which single items had failed: it was carried out.
func whole(err error, changes bool) error {
	f, ok := errors.AsType[*deprovision.Failure](err)
	if ok && f.Status == http.StatusFailedDependency {
		if f.Class = deprovision.Transient; changes {
			f.Class = deprovision.Unknown
		}
	}
	return err
}
