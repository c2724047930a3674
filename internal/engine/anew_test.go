package engine_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// write puts the end of another request about the same account into the journal.
func (r *rig) write(id, of string, change func(*deprovision.Progress)) {
	r.t.Helper()
	q := request()
	q.ID, q.ResumeOf = id, of
	p := deprovision.Progress{Request: q, RequestDigest: q.Digest(), Seq: 1, Status: deprovision.Cancelled, Remainder: []deprovision.Remainder{{Name: "rule 1"}}}
	if change != nil {
		change(&p)
	}
	if _, err := r.journal.Append(r.t.Context(), q.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: id}}); err != nil {
		r.t.Fatal(err)
	}
}

func TestWhatWasLeftOfAnAccountIsNotTakenUpForOneThatWasSetUpAnew(t *testing.T) {
	t.Parallel()
	const ordinary = "ask for an ordinary removal, without resumeOf"
	closes := func(p *deprovision.Progress) {
		p.Steps = []deprovision.StepProgress{{Name: "close", State: deprovision.StepDone}}
	}
	workedOn := func(a deprovision.Account) func(*deprovision.Progress) {
		return func(p *deprovision.Progress) {
			p.Status, p.Facts = deprovision.Cancelled, map[string]string{engine.WorkedOn: engine.Identity(a)}
		}
	}
	active := func(a *deprovision.Account) { a.State, a.Closed = deprovision.AccountActive, "" }
	closed := func(by string) func(*deprovision.Account) { return func(a *deprovision.Account) { a.Closed = by } }
	for name, tc := range map[string]struct {
		earlier func(*deprovision.Progress)
		more    func(*rig)
		record  func(*deprovision.Account)
		of      string
		says    string // "" where it is taken up
	}{
		"closed, and as it was":         {closes, nil, nil, "r0", ""},
		"closed, and active again":      {closes, nil, active, "r0", "set up anew since request r0 closed it: " + ordinary},
		"closed two requests ago":       {closes, func(r *rig) { r.write("r3", "r0", nil) }, active, "r3", "set up anew since request r0 closed it: " + ordinary},
		"closed anew by another":        {closes, func(r *rig) { r.write("r5", "", closes) }, closed("r5"), "r0", "take up request r5, which closed it"},
		"closed anew by one that is of": {closes, func(r *rig) { r.write("r5", "r0", closes) }, closed("r5"), "r0", ""},
		"closed by a sister": {closes, func(r *rig) {
			r.write("r3", "r0", closes)
			r.write("r2", "r0", closes)
		}, closed("r2"), "r3", ""},
		"closed by nobody knows whom": {closes, nil, closed("r9"), "r0", ""},
		"another App Id": {workedOn(deprovision.Account{AppID: "11111111-2222-4333-8444-555555555555"}), nil, active, "r0",
			"its App Id is another; " + ordinary},
		"the App Id in capitals":      {workedOn(deprovision.Account{AppID: "B7E4D2F0-93C6-4A18-B5D7-1F2E8C60B001"}), nil, active, "r0", ""},
		"another App Id in a request": {func(p *deprovision.Progress) { p.Request.AppID = "11111111-2222-4333-8444-555555555555" }, nil, nil, "r0", "its App Id is another"},
		"another row": {workedOn(deprovision.Account{ProductID: "row 1"}), nil, func(a *deprovision.Account) { active(a); a.ProductID = "row 2" }, "r0",
			"its id at the product is another; " + ordinary},
		"a row that was recorded later": {workedOn(deprovision.Account{Kind: deprovision.Authorized}), nil,
			func(a *deprovision.Account) { active(a); a.ProductID = "row 2" }, "r0", ""},
		"another two requests ago": {workedOn(deprovision.Account{UPN: "svc@contoso.example"}), func(r *rig) { r.write("r3", "r0", nil) },
			func(a *deprovision.Account) { active(a); a.UPN = "svc2@contoso.example" }, "r3", "its user principal name is another; " + ordinary},
		"a fact that says nothing": {func(p *deprovision.Progress) { p.Facts = map[string]string{engine.WorkedOn: "null"} }, nil, nil, "r0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				r.ended(tc.earlier)
				if tc.more != nil {
					tc.more(r)
				}
				if tc.record != nil {
					r.record(tc.record)
				}
				want := deprovision.Waiting
				if tc.says != "" {
					want = deprovision.Refused
				}
				r.want(r.worker("w1").handle(t.Context(), resume(tc.of)), engine.Ack, want)
				if p := r.state(); !strings.Contains(p.Detail, tc.says) {
					t.Errorf("detail %q, want %q in it", p.Detail, tc.says)
				}
			})
		})
	}
}
