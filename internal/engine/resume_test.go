package engine_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ended writes the end of an earlier request r0 into the journal, and that it closed the account.
func (r *rig) ended(change func(*deprovision.Progress)) {
	r.t.Helper()
	other := request()
	other.ID = "r0"
	p := deprovision.Progress{Request: other, RequestDigest: other.Digest(), Seq: 1, Status: deprovision.Forced, Remainder: []deprovision.Remainder{{Name: "rule 1"}}}
	if change != nil {
		change(&p)
	}
	if _, err := r.journal.Append(r.t.Context(), other.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
		r.t.Fatal(err)
	}
	r.record(func(a *deprovision.Account) { a.State, a.Closed = deprovision.AccountClosed, "r0" })
}

func (r *rig) record(change func(*deprovision.Account)) {
	r.t.Helper()
	a, revision, err := r.accounts.Get(r.t.Context(), "contoso", "inline")
	if err != nil {
		r.t.Fatal(err)
	}
	change(&a)
	if _, err := r.accounts.Put(r.t.Context(), a, revision); err != nil {
		r.t.Fatal(err)
	}
}

func resume(of string) engine.Trigger {
	t := submit()
	t.Request.ResumeOf = of
	return t
}

func TestWhatAnEndedRequestLeftIsTakenUpAndNothingElse(t *testing.T) {
	t.Parallel()
	status := func(s deprovision.Status) func(*deprovision.Progress) {
		return func(p *deprovision.Progress) { p.Status = s }
	}
	for name, tc := range map[string]struct {
		earlier func(*deprovision.Progress)
		of      string
		want    deprovision.Status
		says    string
	}{
		"forced":                     {nil, "r0", deprovision.Waiting, ""},
		"cancelled":                  {status(deprovision.Cancelled), "r0", deprovision.Waiting, ""},
		"failed":                     {status(deprovision.Failed), "r0", deprovision.Waiting, ""},
		"succeeded with a remainder": {status(deprovision.SucceededWithRemainder), "r0", deprovision.Waiting, ""},
		"in doubt alone":             {func(p *deprovision.Progress) { p.Remainder, p.InDoubt = nil, []string{"rule-1"} }, "r0", deprovision.Waiting, ""},
		"skipped alone": {func(p *deprovision.Progress) {
			p.Remainder, p.Steps = nil, []deprovision.StepProgress{{State: deprovision.StepSkipped}}
		}, "r0", deprovision.Waiting, ""},
		"forced, and nothing left":      {func(p *deprovision.Progress) { p.Remainder = nil }, "r0", deprovision.Refused, "left nothing"},
		"succeeded":                     {status(deprovision.Succeeded), "r0", deprovision.Refused, "succeeded"},
		"nothing found":                 {status(deprovision.NothingFound), "r0", deprovision.Refused, "nothing-found"},
		"a dry run":                     {status(deprovision.Planned), "r0", deprovision.Refused, "planned"},
		"refused":                       {status(deprovision.Refused), "r0", deprovision.Refused, "left nothing"},
		"not ended":                     {status(deprovision.Parked), "r0", deprovision.Refused, "has not ended (parked)"},
		"another account":               {func(p *deprovision.Progress) { p.Request.Account = "other" }, "r0", deprovision.Refused, "about the service account other, not inline"},
		"no such request":               {nil, "r7", deprovision.Refused, "there is no request r7"},
		"none named, and it was closed": {nil, "", deprovision.Refused, "closed by request r0; what that left is taken up by a request that names it in its field resumeOf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				r.ended(tc.earlier)
				r.want(r.worker("w1").handle(t.Context(), resume(tc.of)), engine.Ack, tc.want)
				if p := r.state(); !strings.Contains(p.Detail, tc.says) || len(r.calls) != 0 {
					t.Errorf("detail %q, want %q in it; calls %v", p.Detail, tc.says, r.calls)
				}
				if a := r.account(); a.State != deprovision.AccountClosed || a.Closed != "r0" || (a.Open == ref.Request) != (tc.want == deprovision.Waiting) {
					t.Errorf("the record: %+v", a)
				}
			})
		})
	}
}

func TestResumeOfAnAccountThatIsStillActive(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.ended(func(p *deprovision.Progress) { p.Status = deprovision.Cancelled })
		r.record(func(a *deprovision.Account) { a.State, a.Closed = deprovision.AccountActive, "" })
		r.want(r.worker("w1").handle(t.Context(), resume("r0")), engine.Ack, deprovision.Waiting)
	})
}

func TestCancelledResumeLeavesTheRecordClosedAsItWas(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.ended(nil)
		w := r.worker("w1")
		w.handle(t.Context(), resume("r0"))
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.want(w.handle(t.Context(), cancel), engine.Ack, deprovision.Cancelled)
		if a := r.account(); a.State != deprovision.AccountClosed || a.Closed != "r0" || a.Open != "" {
			t.Errorf("the record: %+v", a)
		}
	})
}

func TestResumeThatWasOpenedNeedsTheEarlierEndNoMore(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.ended(nil)
		w := r.worker("w1")
		w.handle(t.Context(), resume("r0"))
		last, err := r.journal.Last(t.Context(), deprovision.Ref{Tenant: ref.Tenant, Service: ref.Service, Request: "r0"})
		if err != nil {
			t.Fatal(err)
		}
		last.Progress.Seq, last.Progress.Remainder = 2, nil
		if _, err := r.journal.Append(t.Context(), last.Progress.Request.Ref(), last.Revision, last.Event); err != nil {
			t.Fatal(err)
		}
		confirm, _ := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		r.want(w.handle(t.Context(), confirm), engine.Ack, deprovision.Parked)
	})
}

func TestResumeWaitsForAnEarlierEndThatCannotBeRead(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.ended(nil)
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if op == "read" {
				return memory.LostBefore
			}
			return memory.None
		}
		first := resume("r0")
		first.First = true // claimed without a look
		v := r.worker("w1").handle(t.Context(), first)
		r.journal.Fail = nil
		r.want(v, engine.Ack, deprovision.Parked)
		if p := r.state(); !strings.Contains(p.Detail, "the request r0, which is to be taken up") || r.account().Open != "" {
			t.Errorf("detail %q, the record: %+v", p.Detail, r.account())
		}
	})
}
