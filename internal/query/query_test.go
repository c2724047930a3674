package query_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	contract "github.com/deprovisioner/deprovisioner/pkg/event/query"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func connected(t *testing.T) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(natstest.Start(t, func(o *server.Options) { o.JetStream = false }).URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// view is a picture of n requests, or a broken one.
type view struct {
	n      int
	detail string
	broken error
}

func (v view) state(i int) deprovision.Progress {
	return deprovision.Progress{
		Request: deprovision.Request{ID: fmt.Sprintf("r%d", i), Tenant: "contoso", Service: deprovision.Teams, Account: "main"}, Seq: 7,
		Status: deprovision.Waiting, Stop: &deprovision.Stop{Seq: 7, Name: "confirm"}, Plan: &deprovision.PlanSummary{Digest: "sha256:00", Artifacts: 3},
		Detail: v.detail,
	}
}

func (v view) Get(_ context.Context, ref deprovision.Ref) (deprovision.Progress, bool, error) {
	for i := range v.n {
		if s := v.state(i); s.Request.Ref() == ref {
			return s, true, v.broken
		}
	}
	return deprovision.Progress{}, false, v.broken
}

// List pages by the number of the first request.
func (v view) List(_ context.Context, f engine.Filter) (engine.Page, error) {
	var page engine.Page
	var i int
	if f.After != "" {
		if _, err := fmt.Sscan(f.After, &i); err != nil {
			return page, &deprovision.Invalid{Field: "after", Allowed: "a cursor"}
		}
	}
	for ; i < v.n && len(page.Requests) < f.Limit; i++ {
		page.Requests = append(page.Requests, v.state(i))
	}
	if i < v.n {
		page.Next = fmt.Sprint(i)
	}
	return page, v.broken
}

func (v view) Open(context.Context, func(deprovision.Progress) bool) error { return v.broken }

func serve(t *testing.T, v view, version string) *nats.Conn {
	t.Helper()
	nc := connected(t)
	stop, err := query.Serve(nc, v, version)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return nc
}

func ask(t *testing.T, nc *nats.Conn, v contract.Verb, body string) *nats.Msg {
	t.Helper()
	reply, err := nc.Request(contract.Subject(v, "contoso"), []byte(body), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestServiceCanBeDiscovered(t *testing.T) {
	t.Parallel()
	for version, shown := range map[string]string{"v1.2.3": "1.2.3", "1.2.3-rc.1+5": "1.2.3-rc.1+5", "(devel)": "0.0.0", "01.2.3": "0.0.0", "": "0.0.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			nc := serve(t, view{}, version)
			reply, err := nc.Request("$SRV.INFO."+contract.Service, nil, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			var info micro.Info
			if err := json.Unmarshal(reply.Data, &info); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range info.Endpoints {
				names = append(names, e.Name+" "+e.Subject)
			}
			slices.Sort(names)
			want := "get deprovision.query.*.get, list deprovision.query.*.list, plan deprovision.query.*.plan"
			if got := strings.Join(names, ", "); got != want || info.Version != shown {
				t.Fatalf("%s, version %s", got, info.Version)
			}
		})
	}
}

func TestQuestionsAreAnsweredFromTheView(t *testing.T) {
	t.Parallel()
	nc := serve(t, view{n: 3}, "1.0.0")
	var state deprovision.Progress
	if err := json.Unmarshal(ask(t, nc, contract.Get, `{"service":"teams","request":"r1"}`).Data, &state); err != nil || state.Request.ID != "r1" {
		t.Fatalf("%+v, %v", state, err)
	}
	var plan contract.PlanAnswer
	if err := json.Unmarshal(ask(t, nc, contract.Plan, `{"service":"teams","request":"r2"}`).Data, &plan); err != nil || plan.Stop != 7 ||
		plan.Plan.Digest != "sha256:00" || plan.Request != "r2" {
		t.Fatalf("%+v, %v", plan, err)
	}
	var page contract.Page
	if err := json.Unmarshal(ask(t, nc, contract.List, ``).Data, &page); err != nil || len(page.Requests) != 3 || page.Requests[0].Stop != "confirm" {
		t.Fatalf("%+v, %v", page, err)
	}
}

func TestErrorsTellTheSenderAndNothingElse(t *testing.T) {
	t.Parallel()
	broken := errors.New("dial redis.internal: refused")
	for name, tc := range map[string]struct {
		view        view
		verb        contract.Verb
		body        string
		code, field string
	}{
		"not JSON":           {view{}, contract.Get, `hello`, contract.BadRequest, "json"},
		"a bad service":      {view{}, contract.Get, `{"service":"yammer","request":"r"}`, contract.BadRequest, "service"},
		"a bad limit":        {view{}, contract.List, `{"limit":-1}`, contract.BadRequest, "limit"},
		"a bad cursor":       {view{n: 1}, contract.List, `{"after":"x"}`, contract.BadRequest, "after"},
		"an unknown request": {view{}, contract.Plan, `{"service":"teams","request":"r"}`, contract.NotFound, ""},
		"no picture":         {view{broken: broken}, contract.List, `{}`, contract.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := ask(t, serve(t, tc.view, "1.0.0"), tc.verb, tc.body)
			var fault contract.Fault
			if len(reply.Data) > 0 {
				if err := json.Unmarshal(reply.Data, &fault); err != nil {
					t.Fatal(err)
				}
			}
			text := reply.Header.Get(micro.ErrorHeader)
			if code := reply.Header.Get(micro.ErrorCodeHeader); code != tc.code || fault.Field != tc.field || text == "" || strings.Contains(text, "redis") {
				t.Fatalf("%s %q %+v", code, text, fault)
			}
		})
	}
}

func TestPageIsCutToFitOneMessageAndNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	const all = 3000
	nc := serve(t, view{n: all, detail: strings.Repeat("\x01", 200)}, "1.0.0") // six bytes each in JSON
	seen, after, pages := 0, "", 0
	for {
		var page contract.Page
		body := fmt.Sprintf(`{"limit":1000,"after":%q}`, after)
		if err := json.Unmarshal(ask(t, nc, contract.List, body).Data, &page); err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Requests {
			if s.Request != fmt.Sprintf("r%d", seen) {
				t.Fatalf("got %s, want r%d", s.Request, seen)
			}
			seen++
		}
		pages++
		if after = page.Next; after == "" {
			break
		}
	}
	if seen != all || pages <= all/1000 {
		t.Fatalf("%d of %d in %d pages", seen, all, pages)
	}
}

func TestStoppedServiceAnswersNoMore(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	stop, err := query.Serve(nc, view{}, "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := nc.Request(contract.Subject(contract.List, ""), nil, 10*time.Second); !errors.Is(err, nats.ErrNoResponders) {
		t.Fatal(err)
	}
}
