package graph

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// entity is any model with an id.
type entity interface{ GetId() *string }

// object makes an Object of a model and of the bytes that it was read from: the models leave out what they do not know.
func object(e entity, name *string, raw json.RawMessage) (m365.Object, error) {
	var dated struct {
		Created *time.Time `json:"createdDateTime"`
	}
	if err := json.Unmarshal(raw, &dated); err != nil {
		return m365.Object{}, err
	}
	if text(e.GetId()) == "" {
		return m365.Object{}, errors.New("an object without an id")
	}
	return m365.Object{ID: text(e.GetId()), Name: text(name), Created: dated.Created, Raw: raw}, nil
}

// text is what a model's property holds, or "".
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// get reads one object by its id.
func get[T entity](ctx context.Context, name, id string, send func(context.Context) (T, error), label func(T) *string) (T, m365.Object, error) {
	call := &transport.Call{Name: name}
	var none T
	if err := checkID(call, id); err != nil {
		return none, m365.Object{}, err
	}
	model, err := send(call.Context(ctx))
	if err != nil {
		return none, m365.Object{}, transport.Failed(err, API, call)
	}
	if any(model) == nil {
		return none, m365.Object{}, transport.Malformed(API, call, "the answer is empty")
	}
	o, err := object(model, label(model), call.Body)
	return model, o, transport.Failed(err, API, call)
}
