package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// List returns one page of requests from the workers' picture, newest first. The error wraps [ErrNoWorker] when no worker answers, [ErrNoPicture] when
// the worker that answers can't read it, and
// is a [deprovision.Invalid] when the filter holds something not allowed.
func (c *Client) List(ctx context.Context, f query.Filter) (query.Page, error) {
	if err := f.Validate(); err != nil {
		return query.Page{}, err
	}
	var page query.Page
	err := c.ask(ctx, query.List, f.Tenant, f, &page)
	return page, err
}

// ask puts a question to any worker.
func (c *Client) ask(ctx context.Context, v query.Verb, tenant string, question, answer any) error {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	data, err := json.Marshal(question)
	if err != nil {
		return err
	}
	reply, err := c.nc.RequestWithContext(ctx, query.Subject(v, tenant), data)
	switch {
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, context.DeadlineExceeded) && c.nc.IsConnected():
		return fmt.Errorf("ask for %s: %w", v, ErrNoWorker)
	case err != nil:
		return fmt.Errorf("ask for %s: %w", v, c.judge(ctx, err))
	}
	if code := reply.Header.Get(micro.ErrorCodeHeader); code != "" {
		return fmt.Errorf("ask for %s: %w", v, refusal(code, reply))
	}
	if err := json.Unmarshal(reply.Data, answer); err != nil {
		return fmt.Errorf("ask for %s: the answer can't be read: %w", v, err)
	}
	return nil
}

func refusal(code string, reply *nats.Msg) error {
	var fault query.Fault
	switch code {
	case query.BadRequest:
		if json.Unmarshal(reply.Data, &fault) == nil && fault.Field != "" {
			return &deprovision.Invalid{Field: fault.Field, Value: fault.Value, Allowed: fault.Allowed}
		}
	case query.NotFound:
		return ErrUnknownRequest
	case query.Unavailable:
		return fmt.Errorf("%w: %s", ErrNoPicture, reply.Header.Get(micro.ErrorHeader))
	}
	return fmt.Errorf("error %s: %s", code, reply.Header.Get(micro.ErrorHeader))
}
