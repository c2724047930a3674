package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const appID = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"

// account puts the record of a service account: an app's, unless a change makes it something else.
func (w *world) account(tenant, id string, service deprovision.Service, changes ...func(*deprovision.Account)) deprovision.Account {
	w.t.Helper()
	a := deprovision.Account{Tenant: tenant, ID: id, Service: service, Kind: deprovision.Authorized, AppID: appID, State: deprovision.AccountActive}
	for _, change := range changes {
		change(&a)
	}
	w.put(a)
	return a
}

// delegate makes an account that is a user.
func delegate(upn string) func(*deprovision.Account) {
	return func(a *deprovision.Account) { a.Kind, a.AppID, a.UPN = deprovision.Delegate, "", upn }
}

// put writes a record as it is, whatever is there.
func (w *world) put(a deprovision.Account) {
	w.t.Helper()
	_, revision, err := w.journal.Accounts().Get(w.t.Context(), a.Tenant, a.ID)
	if err == nil {
		_, err = w.journal.Accounts().Put(w.t.Context(), a, revision)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// catalog are the embedded footprints.
var catalog = sync.OnceValue(func() footprint.Catalog {
	known, err := footprint.Embedded()
	if err != nil {
		panic(err)
	}
	return known
})

// stepNames are those of a request, as the embedded footprint has them.
var stepNames = sync.OnceValue(func() func(deprovision.Request) []string { return step.New(step.Deps{Footprints: catalog()}).Names })

// scripted is a request whose journal is written as a worker would. Its methods append one event each, unless they say otherwise.
type scripted struct {
	w        *world
	account  deprovision.Account
	state    deprovision.Progress // the last that was appended
	revision uint64
}

// request begins the script of a request; nothing is in the journal yet. Its first event opens it on the account's record.
func (w *world) request(a deprovision.Account, id string, changes ...func(*deprovision.Request)) *scripted {
	w.t.Helper()
	r := deprovision.Request{ID: id, Tenant: a.Tenant, Service: a.Service, Account: a.ID, RequestedBy: "soc@contoso.example", Reason: "the product is replaced"}
	for _, change := range changes {
		change(&r)
	}
	return w.scripted(a, r)
}

// scripted begins the script of a request that somebody has sent, see [world.asked].
func (w *world) scripted(a deprovision.Account, r deprovision.Request) *scripted {
	s := &scripted{w: w, account: a, state: deprovision.Progress{Request: r, RequestDigest: r.Digest()}}
	for _, name := range stepNames()(r) {
		s.state.Steps = append(s.state.Steps, deprovision.StepProgress{Name: name, State: deprovision.StepPending})
	}
	return s
}

// append writes an event: change gets the state before it, and says what happened.
func (s *scripted) append(kind deprovision.ChangeKind, change func(*deprovision.Event)) {
	s.w.t.Helper()
	e := deprovision.Event{Progress: s.state.Clone(), Change: deprovision.Change{Kind: kind, By: "worker-1"}}
	p := &e.Progress
	p.Seq++
	p.Updated = s.w.now().UTC()
	if p.Seq == 1 {
		p.Started = p.Updated
	}
	if p.Step < len(p.Steps) {
		e.Change.Step = p.Steps[p.Step].Name
	}
	e.Change.ID = fmt.Sprintf("%s-%d", p.Request.Ref().Tokens(), p.Seq)
	if change != nil {
		change(&e)
	}
	revision, err := s.w.journal.Append(context.WithoutCancel(s.w.t.Context()), p.Request.Ref(), s.revision, e)
	if err != nil {
		s.w.t.Fatal(err)
	}
	s.state, s.revision = *p, revision
	if p.Seq == 1 && !p.Status.Terminal() {
		a := s.account
		a.Open = p.Request.ID
		s.w.put(a)
	}
}

// claims has a worker take the request, or take it up again.
func (s *scripted) claims() {
	s.w.t.Helper()
	s.append(deprovision.Claimed, func(e *deprovision.Event) {
		e.Progress.Claim = nil
		s.holds(&e.Progress)
	})
}

// holds has the worker hold the request, by the claim that it has; else by a new one.
func (s *scripted) holds(p *deprovision.Progress) {
	if p.Status != deprovision.Held || p.Claim == nil {
		p.Claim = &deprovision.Claim{Worker: "worker-1", Trigger: "request", Seq: p.Seq, Lease: deprovision.Duration(30 * time.Second)}
	}
	p.Status, p.Detail, p.Park, p.Stop = deprovision.Held, "", nil, nil
	s.runs(p)
}

func (s *scripted) runs(p *deprovision.Progress) {
	if p.Step < len(p.Steps) && p.Steps[p.Step].State == deprovision.StepPending {
		at := s.w.now().UTC()
		p.Steps[p.Step].State, p.Steps[p.Step].Started = deprovision.StepRunning, &at
	}
}

// advances says how many units of the current step are done; those of all but the last unit's event leave it running.
func (s *scripted) advances(done, total int) {
	s.w.t.Helper()
	s.append(deprovision.Advanced, func(e *deprovision.Event) {
		p := &e.Progress
		s.holds(p)
		p.Cursor, p.Steps[p.Step].Done, p.Steps[p.Step].Total = done, done, total
	})
}

// finishes ends the current step and begins the next.
func (s *scripted) finishes() {
	s.w.t.Helper()
	s.append(deprovision.Advanced, func(e *deprovision.Event) { s.passes(&e.Progress, deprovision.StepDone) })
}

// passes ends the current step in a state, and begins the next one.
func (s *scripted) passes(p *deprovision.Progress, as deprovision.StepState) {
	s.holds(p)
	at := s.w.now().UTC()
	current := &p.Steps[p.Step]
	current.State, current.Ended = as, &at
	current.Total = max(current.Total, 1)
	if as == deprovision.StepDone {
		current.Done = current.Total
	}
	p.Step++
	p.Cursor = 0
	s.runs(p)
}

// reaches finishes one step after the other until it is the named one's turn: one event for each.
func (s *scripted) reaches(name string) {
	s.w.t.Helper()
	if s.state.Seq == 0 {
		s.claims()
	}
	if !slices.ContainsFunc(s.state.Steps[s.state.Step:], func(p deprovision.StepProgress) bool { return p.Name == name }) {
		s.w.t.Fatalf("no step %s is ahead in %s", name, s.state.Request.Ref().Tokens())
	}
	for s.state.Steps[s.state.Step].Name != name {
		s.finishes()
	}
}

// parks sets the request aside.
func (s *scripted) parks(reason string, d time.Duration) {
	s.w.t.Helper()
	s.append(deprovision.ParkedRequest, func(e *deprovision.Event) {
		p := &e.Progress
		until := s.w.now().UTC().Add(d)
		p.Status, p.Detail, p.Claim, p.Stop = deprovision.Parked, reason, nil, nil
		p.Park = &deprovision.Park{Seq: p.Seq, Until: until, Reason: reason}
		p.ETA = &until
	})
}

// stops opens a stop that offers all that it may, unless a change says otherwise.
func (s *scripted) stops(name, detail string, changes ...func(*deprovision.Stop)) {
	s.w.t.Helper()
	kind, ok := deprovision.StopNamed(name)
	if !ok {
		s.w.t.Fatalf("there is no stop %s", name)
	}
	s.append(deprovision.Stopped, func(e *deprovision.Event) {
		p := &e.Progress
		p.Status, p.Detail, p.Claim, p.Park, p.ETA = deprovision.Waiting, detail, nil, nil, nil
		p.Stop = &deprovision.Stop{Seq: p.Seq, Name: name, Detail: detail, Offers: slices.Clone(kind.Offers)}
		for _, change := range changes {
			change(p.Stop)
		}
		if p.Step < len(p.Steps) {
			p.Steps[p.Step].Waited = true
			if name == deprovision.StopFailed {
				p.Steps[p.Step].Error = detail
			}
		}
	})
}

// manual is what a person has to do at a stop.
func manual(m deprovision.Manual) func(*deprovision.Stop) {
	return func(s *deprovision.Stop) { s.Manual = &m }
}

// obeys appends what a worker does with an answer to a stop: it claims, and goes on.
func (s *scripted) obeys(d deprovision.Decision) {
	s.w.t.Helper()
	s.append(deprovision.Claimed, func(e *deprovision.Event) {
		p := &e.Progress
		s.holds(p)
		p.Claim.Trigger = "decision:" + d.ID
		p.Answer, p.Decisions = &d, append(p.Decisions, d.ID)
		e.Change.By, e.Change.Decision = d.DecidedBy, &d
	})
}

// refuses appends that a decision does not count.
func (s *scripted) refuses(d deprovision.Decision, why string) {
	s.w.t.Helper()
	s.append(deprovision.DecisionRefused, func(e *deprovision.Event) {
		e.Progress.Refusals = append(e.Progress.Refusals, d.ID)
		e.Change.By, e.Change.Detail, e.Change.Decision = d.DecidedBy, why, &d
	})
}

// ends is the end of the request. An account that went is closed before, one that stays is no longer open afterwards.
func (s *scripted) ends(status deprovision.Status, left ...deprovision.Remainder) {
	s.w.t.Helper()
	a := s.account
	a.Open = ""
	if gone(status) || status == deprovision.Forced {
		a.State, a.Closed = deprovision.AccountClosed, s.state.Request.ID
		s.w.put(a)
	}
	s.append(deprovision.Ended, func(e *deprovision.Event) {
		p := &e.Progress
		at := s.w.now().UTC()
		p.Status, p.Claim, p.Park, p.Stop, p.Left, p.LeftHigh, p.ETA, p.ETAHigh = status, nil, nil, nil, nil, nil, nil, nil
		p.Remainder = append(p.Remainder, left...)
		if gone(status) {
			for i := range p.Steps {
				if st := &p.Steps[i]; st.State == deprovision.StepPending || st.State == deprovision.StepRunning {
					st.State, st.Ended, st.Total = deprovision.StepDone, &at, max(st.Total, 1)
					st.Done = st.Total
				}
			}
			p.Step = len(p.Steps)
		}
	})
	if a.State == deprovision.AccountActive {
		s.w.put(a)
	}
}

func gone(status deprovision.Status) bool {
	return status == deprovision.Succeeded || status == deprovision.SucceededWithRemainder || status == deprovision.NothingFound
}

// answering has a worker that answers every decision with what judge says of it ("" accepts it), and hands it on afterwards. A judge that
// is nil accepts all.
func (w *world) answering(judge func(deprovision.Decision) (refusal string)) <-chan deprovision.Decision {
	w.t.Helper()
	got := make(chan deprovision.Decision, 64)
	w.hears(event.All(event.Decisions), func(m *nats.Msg) error {
		d, err := event.DecodeDecision(m)
		if err != nil {
			return err
		}
		refusal := ""
		if judge != nil {
			refusal = judge(d)
		}
		body, _ := json.Marshal(journal.Answer{Accepted: refusal == "", Refusal: refusal}) //nolint:errchkjson // a bool and a text
		err = w.nc.Publish(m.Header.Get(event.AnswerTo), body)
		got <- d
		return err
	})
	return got
}

// asked hands on the removal requests that are sent.
func (w *world) asked() <-chan deprovision.Request {
	w.t.Helper()
	got := make(chan deprovision.Request, 64)
	w.hears(event.All(event.Requests), func(m *nats.Msg) error {
		r, err := event.DecodeRequest(m)
		got <- r
		return err
	})
	return got
}

func (w *world) hears(subject string, f func(*nats.Msg) error) {
	w.t.Helper()
	_, err := w.nc.Subscribe(subject, func(m *nats.Msg) {
		if err := f(m); err != nil {
			w.t.Error(err)
		}
	})
	if err == nil {
		err = w.nc.Flush()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// waits returns the next of what comes, and fails when nothing does.
func waits[T any](w *world, from <-chan T) T {
	w.t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(30 * time.Second):
		w.t.Fatal("nothing came within 30 seconds")
	}
	panic("unreachable")
}

// none fails when something has come.
func none[T any](w *world, from <-chan T) {
	w.t.Helper()
	select {
	case v := <-from:
		w.t.Fatalf("something was sent that nobody meant: %+v", v)
	default:
	}
}
