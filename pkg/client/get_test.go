package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	serve "github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// picture is a view of fixed requests.
type picture struct {
	states []deprovision.Progress
	broken error
}

func (p picture) Get(_ context.Context, ref deprovision.Ref) (deprovision.Progress, bool, error) {
	for _, s := range p.states {
		if s.Request.Ref() == ref {
			return s, true, p.broken
		}
	}
	return deprovision.Progress{}, false, p.broken
}

func (p picture) List(_ context.Context, f engine.Filter) (engine.Page, error) {
	var page engine.Page
	for _, s := range p.states {
		if f.Tenant == "" || s.Request.Tenant == f.Tenant {
			page.Requests = append(page.Requests, s)
		}
	}
	return page, p.broken
}

func (p picture) Open(context.Context, func(deprovision.Progress) bool) error { return p.broken }

func (w *world) serves(p picture) {
	w.t.Helper()
	stop, err := serve.Serve(w.nc, p, "1.2.3")
	if err == nil {
		err = w.nc.Flush()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := stop(); err != nil {
			w.t.Error(err)
		}
	})
}

func TestGetAsksAWorkerAndElseTheJournal(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	ref := request().Ref()
	if _, err := w.client.Get(t.Context(), ref); !errors.Is(err, client.ErrUnknownRequest) {
		t.Fatalf("nobody has it: %v", err)
	}
	w.writes(request()).append(deprovision.Held, nil)
	if state, err := w.client.Get(t.Context(), ref); err != nil || state.Seq != 1 {
		t.Fatalf("no worker answers: %+v, %v", state, err)
	}
	other := request()
	other.ID = "r2"
	w.serves(picture{states: []deprovision.Progress{{Request: other, Seq: 77, Status: deprovision.Parked}}})
	if state, err := w.client.Get(t.Context(), other.Ref()); err != nil || state.Seq != 77 {
		t.Fatalf("the picture has it: %+v, %v", state, err)
	}
	if state, err := w.client.Get(t.Context(), ref); err != nil || state.Seq != 1 {
		t.Fatalf("the picture lacks it: %+v, %v", state, err)
	}
}

func TestListNeedsAWorkerThatCanReadThePicture(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if _, err := w.client.List(t.Context(), query.Filter{}); !errors.Is(err, client.ErrNoWorker) {
		t.Fatal(err)
	}
	fabrikam := request()
	fabrikam.Tenant = "fabrikam"
	w.serves(picture{states: []deprovision.Progress{{Request: request(), Status: deprovision.Held}, {Request: fabrikam, Status: deprovision.Held}}})
	for tenant, rows := range map[string]int{"": 2, "fabrikam": 1} {
		if page, err := w.client.List(t.Context(), query.Filter{Tenant: tenant}); err != nil || len(page.Requests) != rows {
			t.Fatalf("%q: %+v, %v", tenant, page, err)
		}
	}
	var invalid *deprovision.Invalid
	if _, err := w.client.List(t.Context(), query.Filter{Limit: -1}); !errors.As(err, &invalid) || invalid.Field != "limit" {
		t.Fatal(err)
	}
}

func TestBrokenPictureIsNamedAndNotNeeded(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.serves(picture{broken: errors.New("redis is away")})
	if _, err := w.client.List(t.Context(), query.Filter{}); !errors.Is(err, client.ErrNoPicture) || contains(err.Error(), "redis") {
		t.Fatal(err)
	}
	w.writes(request()).append(deprovision.Held, nil)
	if state, err := w.client.Get(t.Context(), request().Ref()); err != nil || state.Seq != 1 {
		t.Fatalf("%+v, %v", state, err)
	}
}
