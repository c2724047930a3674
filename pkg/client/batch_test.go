package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func of(service deprovision.Service, id string) deprovision.Request {
	r := request()
	r.Service, r.ID = service, id
	return r
}

func TestNamedFindsRequestsWhereverTheyAre(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for _, r := range []deprovision.Request{of(deprovision.Teams, "b1-a"), of(deprovision.OneDrive, "b1-b"), of(deprovision.OneDrive, "b2-b")} {
		if _, err := w.client.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	w.writes(of(deprovision.Teams, "b1-a")).append(deprovision.Held, nil) // taken, and not yet out of the queue
	w.writes(of(deprovision.Teams, "b1-c")).append(deprovision.Succeeded, nil)
	other := of(deprovision.Teams, "b1-d")
	other.Tenant = "fabrikam"
	w.writes(other).append(deprovision.Held, nil)
	found, err := w.client.Named(t.Context(), "contoso", "b1-")
	if got := fmt.Sprint(found); err != nil || got != "[{contoso onedrive b1-b} {contoso teams b1-a} {contoso teams b1-c}]" {
		t.Fatal(got, err)
	}
	if found, err := w.client.Named(t.Context(), "contoso", "b3"); err != nil || len(found) != 0 {
		t.Fatal(found, err)
	}
	var invalid *deprovision.Invalid
	if _, err := w.client.Named(t.Context(), "*", "b1"); !errors.As(err, &invalid) || invalid.Field != "tenant" {
		t.Fatal(err)
	}
}

func TestQueueListsWhatNoWorkerHasTaken(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for _, r := range []deprovision.Request{of(deprovision.Teams, "r1"), of(deprovision.OneDrive, "r2")} {
		if _, err := w.client.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.nc.PublishMsg(&nats.Msg{Subject: "deprovision.request.contoso.teams.bad", Data: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if err := w.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	queue, err := w.client.Queue(t.Context(), "contoso")
	if err != nil || len(queue) != 2 || queue[0].Request.ID != "r2" || queue[1].Request.ID != "r1" || queue[0].At.IsZero() {
		t.Fatalf("%+v, %v", queue, err)
	}
	bare := bare(t)
	if _, err := bare.client.Queue(t.Context(), "contoso"); !errors.Is(err, client.ErrNotProvisioned) {
		t.Fatal(err)
	}
}

func TestWatchManyBeginsWithTheLastEventsAndEndsWithAll(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	a, b, c := w.writes(of(deprovision.Teams, "a")), w.writes(of(deprovision.OneDrive, "b")), w.writes(of(deprovision.OneDrive, "c"))
	for range 3 {
		a.append(deprovision.Held, nil)
		b.append(deprovision.Held, nil)
		c.append(deprovision.Held, nil)
	}
	a.append(deprovision.Succeeded, nil)
	var got []string
	late := of(deprovision.Teams, "late")
	for e, err := range w.client.WatchMany(t.Context(), a.request.Ref(), b.request.Ref(), late.Ref(), b.request.Ref()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s#%d", e.Progress.Request.ID, e.Progress.Seq))
		switch len(got) {
		case 1:
			b.append(deprovision.Waiting, nil)
		case 3:
			w.writes(late).append(deprovision.Rejected, nil)
		case 4:
			b.append(deprovision.Cancelled, nil)
		}
	}
	if fmt.Sprint(got) != "[b#3 a#4 b#4 late#1 b#5]" {
		t.Fatal(got)
	}
	if events, err := all(w.client.WatchMany(t.Context())); err != nil || len(events) != 0 {
		t.Fatalf("of none: %d events, %v", len(events), err)
	}
	var invalid *deprovision.Invalid
	if err := firstError(w.client.WatchMany(t.Context(), deprovision.Ref{Tenant: "*"})); !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	if err := firstError(bare(t).client.WatchMany(t.Context(), late.Ref())); !errors.Is(err, client.ErrNotProvisioned) {
		t.Fatal(err)
	}
}

func TestWatchManyGoesOnThroughARestartOfTheServer(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	a, b := w.writes(of(deprovision.Teams, "a")), w.writes(of(deprovision.OneDrive, "b"))
	a.append(deprovision.Held, nil)
	b.append(deprovision.Held, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	for e, err := range w.client.WatchMany(ctx, a.request.Ref(), b.request.Ref()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s#%d", e.Progress.Request.ID, e.Progress.Seq))
		if len(got) == 2 {
			w.restart()
			a.append(deprovision.Succeeded, nil)
			b.append(deprovision.Succeeded, nil)
		}
	}
	if fmt.Sprint(got) != "[a#1 b#1 a#2 b#2]" {
		t.Fatal(got)
	}
}
