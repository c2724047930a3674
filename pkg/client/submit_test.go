package client_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestSubmittedRequestIsReadBackByAWorker(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	receipt, err := w.client.Submit(client.WithTrace(t.Context(), parent), request())
	if err != nil || receipt.Duplicate || receipt.Ref != request().Ref() || receipt.Digest != request().Digest() {
		t.Fatalf("%+v, %v", receipt, err)
	}
	js, err := w.nc.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := js.GetLastMsg("DEPROVISION_REQUESTS", event.Subject(event.Requests, request().Ref()))
	if err != nil {
		t.Fatal(err)
	}
	msg := &nats.Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data}
	if r, err := event.DecodeRequest(msg); err != nil || r.Digest() != request().Digest() || event.Trace(msg.Header) != parent {
		t.Fatalf("%+v, %v, %v", r, err, msg.Header)
	}
	if queued, err := w.client.Queued(t.Context(), request().Ref()); err != nil || queued.Request.Digest() != request().Digest() || queued.At.IsZero() {
		t.Fatalf("%+v, %v", queued, err)
	}
}

func TestSameIDIsTheSameRequestOnlyWithTheSameBody(t *testing.T) {
	t.Parallel()
	other := request()
	other.Account = "another"
	for name, prepare := range map[string]func(*world){
		"queued": func(w *world) {
			if _, err := w.client.Submit(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
		},
		"taken": func(w *world) { w.writes(request()).append(deprovision.Held, nil) },
		"ended": func(w *world) { w.writes(request()).append(deprovision.Succeeded, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := provisioned(t)
			prepare(w)
			receipt, err := w.client.Submit(t.Context(), request())
			if err != nil || !receipt.Duplicate || (receipt.State == nil) != (name == "queued") {
				t.Fatalf("the same body: %+v, %v", receipt, err)
			}
			var conflict *client.ConflictError
			if _, err := w.client.Submit(t.Context(), other); !errors.As(err, &conflict) || conflict.Kind != "request" || conflict.Name != request().Ref().Tokens() {
				t.Fatalf("another body: %v", err)
			}
			if n := w.queuedMessages(); name != "queued" && n != 0 || name == "queued" && n != 1 {
				t.Fatalf("%d messages are queued", n)
			}
		})
	}
}

func (w *world) queuedMessages() uint64 {
	w.t.Helper()
	js, err := w.nc.JetStream()
	if err != nil {
		w.t.Fatal(err)
	}
	info, err := js.StreamInfo("DEPROVISION_REQUESTS")
	if err != nil {
		w.t.Fatal(err)
	}
	return info.State.Msgs
}

func TestOfManyBodiesWithOneIDOneIsStored(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	const racers = 8
	results := make(chan error, racers)
	var ready sync.WaitGroup
	ready.Add(racers)
	for i := range racers {
		go func() {
			r := request()
			r.Account = string(rune('a' + i))
			ready.Done()
			ready.Wait()
			_, err := w.client.Submit(t.Context(), r)
			results <- err
		}()
	}
	won := 0
	for range racers {
		if err := <-results; err == nil {
			won++
		} else if _, ok := errors.AsType[*client.ConflictError](err); !ok {
			t.Error(err)
		}
	}
	if n := w.queuedMessages(); won != 1 || n != 1 {
		t.Fatalf("%d were told yes, %d are stored", won, n)
	}
}

func TestSameIDInTwoTenantsIsTwoRequests(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for _, tenant := range []string{"contoso", "fabrikam"} {
		r := request()
		r.Tenant = tenant
		if receipt, err := w.client.Submit(t.Context(), r); err != nil || receipt.Duplicate {
			t.Fatalf("%s: %+v, %v", tenant, receipt, err)
		}
	}
	if n := w.queuedMessages(); n != 2 {
		t.Fatalf("%d messages are queued", n)
	}
}

func TestBadRequestIsNotSent(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for field, spoil := range map[string]func(*deprovision.Request){
		"service": func(r *deprovision.Request) { r.Service = "yammer" },
		"reason":  func(r *deprovision.Request) { r.Reason = "password=hunter2" },
		"appId":   func(r *deprovision.Request) { r.AppID = "42" },
	} {
		r := request()
		spoil(&r)
		var invalid *deprovision.Invalid
		if _, err := w.client.Submit(t.Context(), r); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := w.queuedMessages(); n != 0 {
		t.Fatalf("%d messages are queued", n)
	}
}

func TestMissingStreamsAndServersAreToldApart(t *testing.T) {
	t.Parallel()
	w := bare(t)
	for name, call := range map[string]func() error{
		"submit":       func() error { _, err := w.client.Submit(t.Context(), request()); return err },
		"last":         func() error { _, err := w.client.Last(t.Context(), request().Ref()); return err },
		"accounts":     func() error { _, err := w.client.Accounts(t.Context(), ""); return err },
		"account":      func() error { _, err := w.client.Account(t.Context(), "contoso", "inline"); return err },
		"dead letters": func() error { return firstError(w.client.DeadLetters(t.Context())) },
		"watch":        func() error { return firstError(w.client.Watch(t.Context(), request().Ref(), 1)) },
		"watch new":    func() error { return firstError(w.client.WatchAll(t.Context(), client.Scope{NewOnly: true})) },
		"decide":       func() error { _, err := w.client.Decide(t.Context(), cancelling()); return err },
	} {
		if err := call(); !errors.Is(err, client.ErrNotProvisioned) {
			t.Errorf("%s without streams: %v", name, err)
		}
	}
	w.server.Stop()
	if _, err := w.client.Submit(t.Context(), request()); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("without a server: %v", err)
	}
}

func TestConnectNamesTheServerWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, servers := range []string{"nats://soc:hunter2@127.0.0.1:1", "nats://soc:hunter2@127.0.0.1:port"} {
		_, err := client.Connect(servers, client.Options{})
		if !errors.Is(err, client.ErrUnreachable) || contains(err.Error(), "hunter2") || !contains(err.Error(), "127.0.0.1") {
			t.Errorf("%v", err)
		}
	}
}
