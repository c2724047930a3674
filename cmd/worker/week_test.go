package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const week = 7 * 24 * time.Hour

func TestRequestLeftAtEachStopForAWeekGoesOnFromThere(t *testing.T) { //nolint:tparallel // those below its one part are parallel
	t.Parallel()
	w := newWeeks(t, lays())
	first := w.worker("")
	for _, l := range w.lays {
		if l.name == "failed" { // a fault is there before the call
			l.provoke(w, l)
		}
		if l.name != "brake-of-an-hour" {
			w.submit(l.request())
		}
	}
	for _, l := range w.lays {
		switch l.name {
		case "brake-of-an-hour":
			l.provoke(w, l)
			w.submit(l.request())
		case "drift":
			l.provoke(w, l)
		}
	}
	for _, l := range w.lays {
		if l.name == "still-there" { // moves everybody's time: after the others
			continue
		}
		l.at = w.stands(l.ref(), l.stop)
	}
	for _, l := range w.lays {
		if l.name == "still-there" {
			l.provoke(w, l)
			l.at = w.stands(l.ref(), l.stop)
		}
	}
	w.passAWeek(true, first)
	w.worker("")
	t.Run("each", func(t *testing.T) {
		for _, l := range w.lays {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				w.with(t).goesOn(l)
			})
		}
	})
}

func TestRequestOfALostJournalGoesOnAfterAWeek(t *testing.T) {
	t.Parallel()
	l := &lay{name: "recovered", stop: deprovision.StopRecovered, answers: answers(reply(deprovision.Retry)),
		before: func(t *terms) { t.drain = 24 * time.Hour }, after: func(t *terms) { t.drain = 24 * time.Hour }}
	w := newWeeks(t, []*lay{l})
	first := w.worker("")
	parked := w.stands(w.submit(l.request()), "")
	w.pictureHas(parked)
	first.kill()
	w.loseTheJournal()
	rebuild := w.start("worker", w.time(), "rebuild", "--journal", "--config", w.config)
	rebuild.line(w.site, "1 requests were given back")
	rebuild.wait(w.site)
	l.at = w.stands(l.ref(), l.stop)
	if l.at.Removed != parked.Removed || l.at.Removed == 0 {
		t.Errorf("%d artifacts were removed, the recovered state says %d", parked.Removed, l.at.Removed)
	}
	w.passAWeek(false)
	w.worker("")
	w.goesOn(l)
}

// weeks is a site whose time is moved, with a tenant for each request.
type weeks struct {
	*site

	lays []*lay
	off  time.Duration
}

func newWeeks(t *testing.T, list []*lay) *weeks {
	t.Helper()
	w := &weeks{site: newSite(t, options{clock: newCalendar(t, -week)}), lays: list, off: -week}
	for i, l := range list {
		f := tenantsim.Generate(uint64(100+i), tenantsim.GenerateOptions{Inline: true, Services: l.account != ""})
		if l.fixture != nil {
			l.fixture(f)
		}
		l.tenant = f.Tenant.ID
		if err := w.sim.AddTenant(f); err != nil {
			t.Fatal(err)
		}
		for _, a := range recorded(l.name)[:2] {
			if a.ID == "inline" {
				a.ProductID = f.Product.Accounts[0].ID
			}
			if _, err := w.client.PutAccount(w.ctx, a, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	for file, secret := range map[string]string{"worker": tenantsim.WorkerSecret, "reader": tenantsim.ReaderSecret, "hook": tenantsim.HookSecret} {
		if err := os.WriteFile(filepath.Join(w.dir, file), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.configure(func(l *lay) func(*terms) { return l.before })
	return w
}

// configure writes what workers are started with from now on.
func (w *weeks) configure(change func(*lay) func(*terms)) {
	w.t.Helper()
	base := w.sim.BaseURL()
	body := fmt.Sprintf(`
nats: {url: %q}
redis: {url: %q}
http: {listen: "127.0.0.1:0"}
worker: {name: w, lease: 10s, sweepEvery: 1s, slots: 16}
log: {level: info, format: text}
tenants:
`, w.url, w.redis.URL())
	for _, l := range w.lays {
		terms := terms{credential: "worker", armed: true, perHour: 100000, drain: time.Second}
		if c := change(l); c != nil {
			c(&terms)
		}
		body += fmt.Sprintf(`
  %s:
    id: %s
    cloud: custom
    endpoints: {login: %q, graph: %q, exchange: %q}
    credential: %s
    credentials:
      worker: {type: client-secret, clientId: %s, secretFile: %q}
      reader: {type: client-secret, clientId: %s, secretFile: %q}
    product: {hookURL: %q, secretFile: %q}
    policy: {askers: ["*@contoso.example"], armed: %t, drain: %s, brake: {perHour: %d}, manualOwner: mail team, manualDue: %s}
`, l.name, l.tenant, base, base, base, terms.credential, tenantsim.WorkerAppID, filepath.Join(w.dir, "worker"), tenantsim.ReaderAppID, filepath.Join(w.dir, "reader"),
			base+"/product/removals", filepath.Join(w.dir, "hook"), terms.armed, terms.drain, terms.perHour, terms.due)
	}
	if err := os.WriteFile(w.config, []byte(body), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// with is the site for a part of its test.
func (w *weeks) with(t *testing.T) *weeks {
	s := *w.site
	s.t = t
	return &weeks{site: &s, lays: w.lays, off: w.off}
}

// stands waits until a request stands at a stop of this name, or is parked, and returns its state.
func (w *weeks) stands(ref deprovision.Ref, stop string) deprovision.Progress {
	w.t.Helper()
	events := w.until(ref, func(e deprovision.Event) bool {
		switch p := e.Progress; {
		case p.Status.Terminal():
			w.t.Fatalf("%s ended as %s (%s) before it stood at %q", ref.Tokens(), p.Status, p.Detail, stop)
		case p.Status == deprovision.Waiting:
			return p.Stop.Name == stop
		case p.Status == deprovision.Parked:
			return stop == ""
		}
		return false
	})
	return events[len(events)-1].Progress
}

// tenantOf reaches a lay's tenant as somebody else would.
func (w *weeks) tenantOf(l *lay) m365.Tenant {
	w.t.Helper()
	cfg, err := config.Load(w.config, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	set, err := tenants.New(reach(cfg), tenants.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(set.Close)
	tenant, err := set.Tenant(w.ctx, l.name, "worker")
	if err != nil {
		w.t.Fatal(err)
	}
	return tenant
}

// pass moves the time of the site behind a moment.
func (w *weeks) pass(moment time.Time) {
	if late := moment.Sub(w.clock.Now()); late > 0 {
		w.off += late + time.Second
		w.clock.set(w.t, w.off)
	}
}

// passAWeek ends every process and starts the servers again a week later; no worker yet.
func (w *weeks) passAWeek(wipe bool, workers ...*process) {
	w.t.Helper()
	for _, p := range workers {
		p.kill()
	}
	w.nats.kill()
	w.redis.Kill()
	w.clock.set(w.t, 0)
	if wipe {
		w.redis.Wipe()
	}
	w.redis.Restart()
	w.nats = w.start("nats", nil, w.dir+"/nats", strings.TrimPrefix(w.url, "nats://"))
	w.nats.line(w.site, "nats://")
	w.configure(func(l *lay) func(*terms) { return l.after })
	w.client.Close()
	var err error
	if w.client, err = client.Connect(w.url, client.Options{}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.client.Close)
}

// goesOn answers the stop at which a request stood for a week, and those that follow, and holds its end.
func (w *weeks) goesOn(l *lay) {
	w.t.Helper()
	before, err := w.client.Last(w.ctx, l.ref())
	if err != nil {
		w.t.Fatal(err)
	}
	if l.stop != "" && before.Event.Progress.Seq != l.at.Seq {
		w.t.Fatalf("it stood at event %d, and a week later at %d: %s", l.at.Seq, before.Event.Progress.Seq, before.Event.Progress.Detail)
	}
	if l.meantime != nil {
		l.meantime(w, l)
	}
	var stops []string
	events := w.until(l.ref(), func(e deprovision.Event) bool {
		p := e.Progress
		if p.Status != deprovision.Waiting || p.Seq < l.at.Seq {
			return false
		}
		if len(stops) == len(l.answers) {
			w.t.Errorf("it waits at one more stop, %s: %s", p.Stop.Name, p.Stop.Detail)
			return true
		}
		if a := w.decide(l.ref(), l.answers[len(stops)](p)); !a.Accepted {
			w.t.Errorf("the answer at %s was refused: %s", p.Stop.Name, a.Refusal)
			return true
		}
		stops = append(stops, p.Stop.Name)
		return false
	})
	if !events[len(events)-1].Progress.Status.Terminal() {
		return
	}
	want := l.then
	if l.stop != "" {
		want = append([]string{l.stop}, l.then...)
	}
	if !slices.Equal(stops, want) {
		w.t.Errorf("it waited at %v, want %v", stops, want)
	}
	w.ended(l, events)
	if l.ends != nil {
		l.ends(w, l, events)
	}
}

// ended holds what is right at every end.
func (w *weeks) ended(l *lay, events []deprovision.Event) {
	w.t.Helper()
	p := events[len(events)-1].Progress
	if p.Status != deprovision.SucceededWithRemainder || p.Removed == 0 || p.Gone+p.Unconfirmed+len(p.InDoubt) > 0 {
		w.t.Errorf("it ended as %s (%s): removed %d, unconfirmed %d, found gone %d, in doubt %v", p.Status, p.Detail, p.Removed, p.Unconfirmed, p.Gone, p.InDoubt)
	}
	removed := map[string]int{}
	for _, c := range w.sim.CallsLike(tenantsim.Match{Tenant: l.tenant}) {
		for _, id := range c.Removed {
			if removed[id]++; removed[id] > 1 {
				w.t.Errorf("%s was removed by %d calls", id, removed[id])
			}
		}
	}
	if a := w.freedOf(l.name, p.Request.Account); a.State != deprovision.AccountClosed || a.Closed != p.Request.ID {
		w.t.Errorf("the account's record: %+v", a)
	}
}

// pictureHas waits until the picture shows a request as it is.
func (w *weeks) pictureHas(p deprovision.Progress) {
	w.t.Helper()
	for {
		if got, err := w.client.Get(w.ctx, p.Request.Ref()); err == nil && got.Seq == p.Seq {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-w.ctx.Done():
			w.t.Fatal("the picture never shows the request")
		}
	}
}

// loseTheJournal deletes the stream of events and makes it anew, empty.
func (w *weeks) loseTheJournal() {
	w.t.Helper()
	nc, err := nats.Connect(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err == nil {
		err = js.DeleteStream(w.ctx, journal.EventStream)
	}
	if err == nil {
		err = journal.Provision(w.ctx, nc, journal.Options{})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
