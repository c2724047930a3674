package api_test

import (
	"net/http"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/timeline"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestTimelineIsThatOfTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodPost, api.Base+"/requests", admin, wish).want(http.StatusAccepted)
	get := func() timeline.Timeline {
		t.Helper()
		return read[timeline.Timeline](w.ask(http.MethodGet, path("contoso", "r1")+"/timeline", reader, "").want(http.StatusOK))
	}
	if got := get(); len(got.Spans) != 0 || len(got.Marks) != 1 || got.Marks[0].Kind != timeline.Asked || got.Marks[0].By != "admin@contoso.example" {
		t.Errorf("queued: %+v", got)
	}
	w.waits(request("contoso", "r1"))
	got := get()
	if len(got.Spans) != 1 || got.Spans[0].Kind != timeline.Stop || got.Spans[0].Name != "confirm" || got.Spans[0].To != nil || got.To != nil {
		t.Errorf("waiting: %+v", got)
	}
	j := &written{w: w, request: request("contoso", "r1"), seq: 2, revision: w.revision(request("contoso", "r1").Ref())}
	j.append(deprovision.Cancelled, nil)
	if got = get(); got.To == nil || got.Spans[0].To == nil || got.Marks[len(got.Marks)-1].Kind != timeline.Ended {
		t.Errorf("ended: %+v", got)
	}
	w.ask(http.MethodGet, path("contoso", "r1")+"/timeline", fabrikam, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
}

// revision is that of the last event of a request.
func (w *world) revision(ref deprovision.Ref) uint64 {
	w.t.Helper()
	last, err := w.client().Last(w.t.Context(), ref)
	if err != nil {
		w.t.Fatal(err)
	}
	return last.Revision
}
