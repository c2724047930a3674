package engine_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestAccountThatIsOpenForAnotherRequestRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		other deprovision.Status
		want  deprovision.Status
	}{
		"the other one is open":        {deprovision.Waiting, deprovision.Refused},
		"the other one ended: repairs": {deprovision.Succeeded, deprovision.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				other := request()
				other.ID = "r0"
				p := deprovision.Progress{Request: other, Seq: 1, Status: tc.other, Stop: &deprovision.Stop{Seq: 1, Name: deprovision.StopConfirm}}
				if _, err := r.journal.Append(t.Context(), other.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
					t.Fatal(err)
				}
				a, rev, _ := r.accounts.Get(t.Context(), "contoso", "inline")
				a.Open = "r0"
				if _, err := r.accounts.Put(t.Context(), a, rev); err != nil {
					t.Fatal(err)
				}
				r.want(r.worker("w1").handle(t.Context(), submit()), engine.Ack, tc.want)
				if len(r.calls) != 0 {
					t.Errorf("calls %v", r.calls)
				}
			})
		})
	}
}

func TestAccountIsOpenedAfterTheClaimAndBeforeTheWork(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var order []string
		r.journal.Appended = func(e engine.Entry) { order = append(order, string(e.Change.Kind)) }
		r.accounts.Fail = func(op string) error {
			order = append(order, op)
			return nil
		}
		r.worker("w1").handle(t.Context(), submit())
		if got := strings.Join(order, " "); !strings.HasPrefix(got, "claimed get put advanced") {
			t.Errorf("order: %s", got)
		}
	})
}

func TestAccountIsFreedOnlyByTheRequestThatItNames(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		a, rev, err := r.accounts.Get(t.Context(), "contoso", "inline")
		if err != nil || a.Open != ref.Request {
			t.Fatalf("open: %q, %v", a.Open, err)
		}
		a.Open = "another"
		if _, err := r.accounts.Put(t.Context(), a, rev); err != nil {
			t.Fatal(err)
		}
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.want(w.handle(t.Context(), cancel), engine.Ack, deprovision.Cancelled)
		if got := r.account().Open; got != "another" {
			t.Errorf("the account names %q", got)
		}
	})
}
