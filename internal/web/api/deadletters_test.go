package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const letters = api.Base + "/dead-letters"

// letter sets aside a request of a tenant, and returns the path of its letter.
func (w *world) letter(tenant, id string) string {
	w.t.Helper()
	msg, err := event.EncodeRequest(request(tenant, id), "")
	if err == nil {
		err = w.journal.PutDeadLetter(w.t.Context(), event.DeadLetter{Reason: "unknown-tenant", Subject: msg.Subject, Header: msg.Header, Data: msg.Data,
			At: time.Now().UTC()})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	var last uint64
	for d, err := range w.client().DeadLetters(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		last = d.Seq
	}
	return fmt.Sprintf("%s/%d", letters, last)
}

func TestDeadLettersAreReadAndPublishedAgainInOnesOwnTenants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, foreign := w.letter("contoso", "r1"), w.letter("fabrikam", "r2")
	for i := range 3 {
		w.letter("contoso", fmt.Sprintf("r1%d", i))
	}
	if err := w.journal.PutDeadLetter(t.Context(), event.DeadLetter{Reason: "unreadable", Subject: "deprovision.account.contoso.a", At: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{reader: 4, fabrikam: 1, both: 5, admin: 6, "": 6} {
		n := 0
		for at := letters + "?limit=2"; at != ""; {
			a := w.ask(http.MethodGet, at, token, "").want(http.StatusOK)
			n += len(read[struct{ DeadLetters []map[string]any }](a).DeadLetters)
			at, _, _ = strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
		}
		if n != want {
			t.Errorf("%q reads %d", token, n)
		}
	}
	w.ask(http.MethodGet, foreign, reader, "").problem(http.StatusNotFound, "unknown-dead-letter", "")
	w.ask(http.MethodPost, own+"/requeue", fabrikam, "{}").problem(http.StatusNotFound, "unknown-dead-letter", "")
	w.ask(http.MethodGet, letters+"/999", admin, "").problem(http.StatusNotFound, "unknown-dead-letter", "")
	d := read[client.DeadLetter](w.ask(http.MethodGet, own, reader, "").want(http.StatusOK))
	if d.Reason != "unknown-tenant" || len(d.Data) == 0 {
		t.Errorf("%+v", d)
	}
	w.ask(http.MethodPost, own+"/requeue", admin, "{}").want(http.StatusOK)
	if queued, err := w.client().Queued(t.Context(), request("contoso", "r1").Ref()); err != nil || queued.Request.ID != "r1" {
		t.Errorf("%+v, %v", queued, err)
	}
	w.writes(request("contoso", "r10")).append(deprovision.Succeeded, nil)
	w.ask(http.MethodPost, strings.Replace(foreign, "/2", "/3", 1)+"/requeue", admin, "{}").problem(http.StatusConflict, "conflict", "")
	w.ask(http.MethodPost, letters+"/6/requeue", admin, "{}").problem(http.StatusBadRequest, "invalid", "subject")
	newest := w.ask(http.MethodGet, letters+"?order=newest&limit=2", reader, "").want(http.StatusOK)
	page := read[struct {
		DeadLetters []client.DeadLetter
		Next        string
	}](newest)
	if len(page.DeadLetters) != 2 || page.DeadLetters[0].Seq != 5 || page.DeadLetters[1].Seq != 4 { // the sixth is for whoever sees all tenants
		t.Errorf("the newest are %s", newest.body)
	}
	rest := read[struct{ DeadLetters []client.DeadLetter }](w.ask(http.MethodGet, letters+"?order=newest&after="+page.Next, reader, "").want(http.StatusOK))
	if len(rest.DeadLetters) != 2 || rest.DeadLetters[0].Seq != 3 || rest.DeadLetters[1].Seq != 1 {
		t.Errorf("behind them are %+v", rest.DeadLetters)
	}
	w.ask(http.MethodGet, letters+"?after="+page.Next, reader, "").problem(http.StatusBadRequest, "invalid", "after") // of the other order
	w.ask(http.MethodGet, letters+"?order=oldest&limit=1", reader, "").want(http.StatusOK)
	w.ask(http.MethodGet, letters+"?order=sideways", reader, "").problem(http.StatusBadRequest, "invalid", "order")
	w.ask(http.MethodGet, letters+"?after=x", admin, "").problem(http.StatusBadRequest, "invalid", "after")
}
