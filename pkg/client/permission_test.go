package client_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// The permissions are those of docs/publisher.md, for one tenant.
func TestDocumentedPermissionsSuffice(t *testing.T) {
	t.Parallel()
	var reads []string
	for _, s := range client.Streams {
		reads = append(reads, "$JS.API.STREAM.MSG.GET."+s, "$JS.API.CONSUMER.CREATE."+s+".>", "$JS.API.CONSUMER.MSG.NEXT."+s+".>",
			"$JS.API.CONSUMER.DELETE."+s+".>")
	}
	publish := append(reads, "deprovision.request.contoso.>", "deprovision.decision.contoso.>", "deprovision.account.contoso.*",
		"deprovision.query.contoso.*", "$JS.API.STREAM.INFO.DEPROVISION_EVENTS", "$JS.API.STREAM.INFO.DEPROVISION_REQUESTS")
	const password = "only for this test"
	s := natstest.Start(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "worker", Password: password}, {Username: "contoso", Password: password, Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: publish}, Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX_contoso.>"}}}}}
	})
	w := &world{t: t}
	var err error
	if w.nc, err = nats.Connect(s.URL(), nats.UserInfo("worker", password)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.nc.Close)
	if err := journal.Provision(t.Context(), w.nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.journal, err = journal.Bind(t.Context(), w.nc); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(s.URL(), nats.UserInfo("contoso", password), nats.CustomInboxPrefix("_INBOX_contoso"), nats.ReconnectBufSize(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	c, err := client.New(nc, client.Options{Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	w.client = c
	(&natstest.Worker{Server: s, Conn: w.nc}).Answers("")
	w.serves(picture{states: []deprovision.Progress{{Request: request(), Status: deprovision.Held}}})
	for name, call := range map[string]func() error{
		"submit":       func() error { _, err := c.Submit(t.Context(), request()); return err },
		"decide":       func() error { _, err := c.Decide(t.Context(), cancelling()); return err },
		"list":         func() error { _, err := c.List(t.Context(), query.Filter{Tenant: "contoso"}); return err },
		"account":      func() error { _, err := c.PutAccount(t.Context(), account("inline"), false); return err },
		"accounts":     func() error { _, err := c.Accounts(t.Context(), "contoso"); return err },
		"batch":        func() error { _, err := c.Named(t.Context(), "contoso", "r"); return err },
		"queue":        func() error { _, err := c.Queue(t.Context(), "contoso"); return err },
		"dead letters": func() error { return firstError(c.DeadLetters(t.Context())) },
		"newest first": func() error { return firstError(c.DeadLettersBefore(t.Context(), 0)) },
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.writes(request()).append(deprovision.Succeeded, nil)
	if events, err := all(c.Watch(t.Context(), request().Ref(), 1)); err != nil || len(events) != 1 {
		t.Errorf("%d events, %v", len(events), err)
	}
	if events, err := all(c.WatchMany(t.Context(), request().Ref(), request().Ref())); err != nil || len(events) != 1 {
		t.Errorf("of many: %d events, %v", len(events), err)
	}
	other := request()
	other.Tenant = "fabrikam"
	if _, err := c.Submit(t.Context(), other); !errors.Is(err, client.ErrNotProvisioned) || !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("another tenant: %v", err)
	}
	if _, err := c.List(t.Context(), query.Filter{Tenant: "fabrikam"}); !errors.Is(err, client.ErrNoWorker) {
		t.Errorf("another tenant's list: %v", err)
	}
}
