package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go/micro"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// answer answers one question with JSON.
type answer func(ctx context.Context, subject string, data []byte) ([]byte, error)

var errUnknown = errors.New("no such request")

type answerer struct {
	view  engine.View
	limit int // bytes of one message
}

func (a answerer) get(ctx context.Context, subject string, data []byte) ([]byte, error) {
	state, err := a.find(ctx, subject, data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(state)
}

func (a answerer) plan(ctx context.Context, subject string, data []byte) ([]byte, error) {
	state, err := a.find(ctx, subject, data)
	if err != nil {
		return nil, err
	}
	out := query.PlanAnswer{Ref: state.Request.Ref(), Status: state.Status, Plan: state.Plan}
	if state.Stop != nil && state.Status == deprovision.Waiting {
		out.Stop = state.Stop.Seq
	}
	return json.Marshal(out)
}

func (a answerer) find(ctx context.Context, subject string, data []byte) (deprovision.Progress, error) {
	ref, err := query.DecodeRef(subject, data)
	if err != nil {
		return deprovision.Progress{}, err
	}
	state, ok, err := a.view.Get(ctx, ref)
	if err == nil && !ok {
		err = errUnknown
	}
	return state, err
}

// list asks for fewer rows until the page fits into one message.
func (a answerer) list(ctx context.Context, subject string, data []byte) ([]byte, error) {
	f, err := query.DecodeFilter(subject, data)
	if err != nil {
		return nil, err
	}
	if f.Limit == 0 {
		f.Limit = query.DefaultRows
	}
	for ; ; f.Limit /= 2 {
		page, err := a.view.List(ctx, engine.Filter{Tenant: f.Tenant, Service: f.Service, Account: f.Account, Status: f.Status, Open: f.Open,
			Limit: f.Limit, After: f.After})
		if err != nil {
			return nil, err
		}
		out := query.Page{Requests: make([]query.Summary, 0, len(page.Requests)), Next: page.Next}
		for _, p := range page.Requests {
			out.Requests = append(out.Requests, query.Summarize(p))
		}
		body, err := json.Marshal(out)
		if err != nil || len(body) <= a.limit || f.Limit == 1 {
			return body, err
		}
	}
}

// respond sends the answer, or the error in the words of the micro protocol. What is wrong inside is logged, not told.
func respond(ctx context.Context, r micro.Request, ask answer) {
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	body, err := ask(ctx, r.Subject(), r.Data())
	var invalid *deprovision.Invalid
	switch {
	case err == nil:
		err = r.Respond(body)
	case errors.As(err, &invalid):
		fault, _ := json.Marshal(query.Fault{Field: invalid.Field, Value: invalid.Value, Allowed: invalid.Allowed}) // three strings always marshal
		err = r.Error(query.BadRequest, invalid.Error(), fault)
	case errors.Is(err, errUnknown):
		err = r.Error(query.NotFound, errUnknown.Error(), nil)
	default:
		err = errors.Join(fmt.Errorf("answer %s: %w", r.Subject(), err), r.Error(query.Unavailable, "the picture can't be read now", nil))
	}
	if err != nil && r.Reply() != "" {
		slog.WarnContext(ctx, "a question was not answered", "error", err)
	}
}
