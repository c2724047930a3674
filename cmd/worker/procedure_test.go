package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// docs/procedure.md names these phases; each is a subtest.
var phases = []struct {
	name string
	run  func(*conversation)
}{
	{"step 1: the list of service accounts", (*conversation).chooses},
	{"step 2: the App Id", (*conversation).notesTheAppID},
	{"step 3: the warning", (*conversation).isWarned},
	{"step 4: verified and confirmed", (*conversation).confirms},
	{"step 5: the details", (*conversation).seesTheDetails},
	{"step 6: the screen closed", (*conversation).comesBack},
	{"step 7: gone from the list", (*conversation).seesItGone},
	{"step 8: the app at SharePoint", (*conversation).findsNoAppAtSharePoint},
	{"step 9: the rest", (*conversation).finishesTheRest},
}

// conversation is one removal as a person has it: with a service account of the tenant in which all services left something.
type conversation struct {
	*office
	doorway

	tenant  *officeTenant
	account deprovision.Account
	before  []tenantsim.Change // in the tenant, by the removals before this one
	request deprovision.Request
	events  []deprovision.Event // so far
	notes   map[uint64]string   // on manual steps, by the stop
}

func TestWholeProcedureGoesThroughEachDoorForEveryServiceAccount(t *testing.T) {
	t.Parallel()
	for name, enter := range doorways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wholeProcedure(t, enter)
		})
	}
}

//nolint:paralleltest // a browser needs the whole machine
func TestWholeProcedureGoesThroughThePageForEveryServiceAccount(t *testing.T) {
	wholeProcedure(t, throughPage)
}

func wholeProcedure(t *testing.T, enter func(*testing.T, *office) doorway) {
	t.Helper()
	tenant := &officeTenant{alias: "contoso", fixture: tenantsim.FullTenant(), accounts: recorded("contoso")}
	o := newOffice(t, options{}, tenant)
	for _, a := range byTurn(tenant.accounts) { // one after another: those that share an app would find it changed by each other
		c := &conversation{office: o, tenant: tenant, account: a, notes: map[uint64]string{}, before: o.sim.Changes(tenant.fixture.Tenant.ID)}
		c.talk(t, enter)
	}
	if left := enter(t, o).accounts("contoso"); len(left) > 0 {
		t.Errorf("still listed: %v", left)
	}
	audit, err := o.sim.AuditFull(tenant.fixture.Tenant.ID)
	if err != nil || !audit.Clean() {
		t.Errorf("%v; still there %q; touched %q; called about more than once %q", err, audit.Left, audit.Touched, audit.Repeated)
	}
}

// talk goes through the phases, each of which needs the ones before.
func (c *conversation) talk(t *testing.T, enter func(*testing.T, *office) doorway) {
	t.Helper()
	t.Run(c.account.ID, func(t *testing.T) {
		door := enter(t, c.office)
		for _, phase := range phases {
			if !t.Run(phase.name, func(t *testing.T) {
				c.office, c.doorway = c.with(t), door.in(t)
				phase.run(c)
			}) {
				t.FailNow()
			}
		}
	})
}

// byTurn puts delegates before applications, as a batch does.
func byTurn(accounts []deprovision.Account) []deprovision.Account {
	out := slices.Clone(accounts)
	slices.SortStableFunc(out, func(a, b deprovision.Account) int { return -strings.Compare(string(a.Kind), string(b.Kind)) })
	return out
}

func (c *conversation) ref() deprovision.Ref { return c.request.Ref() }

func (c *conversation) last() deprovision.Progress { return c.events[len(c.events)-1].Progress }

// follow goes on where the conversation saw the last event, and wants the next one there, and no gap behind it.
func (c *conversation) follow() deprovision.Progress {
	c.t.Helper()
	next := uint64(len(c.events) + 1)
	for _, e := range c.watch(c.ref(), next) {
		if e.Progress.Seq != next {
			c.t.Fatalf("event %d came where %d was due", e.Progress.Seq, next)
		}
		next++
		c.events = append(c.events, e)
	}
	return c.last()
}

// still fails the test when this removal has changed something in the tenant.
func (c *conversation) still() {
	c.t.Helper()
	if now := c.sim.Changes(c.tenant.fixture.Tenant.ID); !reflect.DeepEqual(now, c.before) {
		c.t.Fatalf("%d things differ in the tenant, before it were %d", len(now), len(c.before))
	}
}

func (c *conversation) chooses() {
	i := slices.IndexFunc(c.accounts("contoso"), func(a deprovision.Account) bool { return a.ID == c.account.ID })
	if i < 0 {
		c.t.Fatal("it is not listed")
	}
	if row := c.accounts("contoso")[i]; row.Service != c.account.Service || row.Kind != c.account.Kind || row.State != deprovision.AccountActive || row.Open != "" {
		c.t.Errorf("the row is %+v", row)
	}
}

// notesTheAppID reads the record, which keeps what the person of step 8 would have to look for.
func (c *conversation) notesTheAppID() {
	a := c.doorway.account("contoso", c.account.ID)
	if a.AppID != c.account.AppID || a.SharePointAppID != c.account.SharePointAppID || a.UPN != c.account.UPN {
		c.t.Errorf("the record is %+v", a)
	}
}

// warnings are the cautions that each service has.
var warnings = map[deprovision.Service][]string{
	deprovision.ExchangeOnline:       {"threat-investigation-stops", "threat-mitigation-stops", "threat-remediation-stops", "quarantine-lost"},
	deprovision.ExchangeOnlineInline: {"mail-unscanned", "quarantine-lost"},
	deprovision.SharePointOnline:     {"quarantine-lost"},
	deprovision.OneDrive:             {"quarantine-lost"},
	deprovision.Teams:                {"quarantine-lost"},
	deprovision.TeamsChat:            {"chat-unprotected"},
}

// isWarned asks for the removal, is shown what would go and what stops working, and cannot go on without having read it.
func (c *conversation) isWarned() {
	c.request = deprovision.Request{ID: "remove-" + c.account.ID, Tenant: "contoso", Service: c.account.Service, Account: c.account.ID, RequestedBy: whoAsks, Reason: "the contract ends"}
	if a := c.ask(c.request); !a.ok {
		c.t.Fatalf("refused: %s", a.says)
	}
	p := c.follow()
	if p.Status != deprovision.Waiting || p.Stop.Name != deprovision.StopConfirm {
		c.t.Fatalf("it is %s: %s", p.Status, p.Detail)
	}
	for _, code := range warnings[c.account.Service] {
		i := slices.IndexFunc(p.Plan.Cautions, func(x deprovision.Caution) bool { return x.Code == code })
		if i < 0 {
			c.t.Fatalf("nobody warns of %s: %v", code, p.Plan.Cautions)
		}
		for word := range strings.FieldsSeq(apis[code]) {
			if !strings.Contains(p.Plan.Cautions[i].Text, word) {
				c.t.Errorf("the caution %s does not name %s: %s", code, apis[code], p.Plan.Cautions[i].Text)
			}
		}
	}
	a := c.decide(to(c.ref(), deprovision.Confirm, func(d *deprovision.Decision) { d.Stop, d.PlanDigest = p.Stop.Seq, p.Plan.Digest }))
	if a.ok || !strings.Contains(a.says, p.Plan.Cautions[0].Code) {
		c.t.Errorf("a confirmation that acknowledges nothing: %+v", a)
	}
	c.still()
}

// apis are the automation APIs that a caution has to name.
var apis = map[string]string{"threat-investigation-stops": "Threat Investigation", "threat-mitigation-stops": "Threat Mitigation",
	"threat-remediation-stops": "Threat Remediation"}

// confirms sees that account and rights were verified in the tenant before, and confirms just this plan.
func (c *conversation) confirms() {
	p := c.show(c.ref())
	for _, name := range []string{"verify-account", "verify-privileges", "take-inventory"} {
		if s := stepOf(p, name); s.State != deprovision.StepDone {
			c.t.Errorf("%s is %s before the confirmation", name, s.State)
		}
	}
	path := "/v1.0/servicePrincipals*"
	if c.account.Kind == deprovision.Delegate {
		path = "/v1.0/users/" + c.account.UPN
	}
	if len(c.sim.CallsLike(tenantsim.Match{Tenant: c.tenant.fixture.Tenant.ID, Method: "GET", Path: path})) == 0 {
		c.t.Errorf("nobody asked the tenant for %s", path)
	}
	if row := c.doorway.account("contoso", c.account.ID); row.Open != c.request.ID {
		c.t.Errorf("the row does not say that it is being removed: %+v", row)
	}
	plan := c.plan(c.ref())
	if plan.Digest() != p.Plan.Digest || len(plan.Artifacts) != p.Plan.Artifacts {
		c.t.Errorf("the plan %s of %d artifacts was shown as %s of %d", plan.Digest(), len(plan.Artifacts), p.Plan.Digest, p.Plan.Artifacts)
	}
	c.still()
	if d, ok := c.doorway.(cliDoor); ok {
		d.typesTheAccount(p)
		return
	}
	accepted(c.t, c.doorway, to(c.ref(), deprovision.Confirm, acknowledging(p)))
}

func acknowledging(p deprovision.Progress) func(*deprovision.Decision) {
	return func(d *deprovision.Decision) {
		if p.Plan != nil && d.Verb == deprovision.Confirm { // cautions mean nothing to another verb
			d.Acknowledged = deprovision.Codes(p.Plan.Cautions)
		}
	}
}

func stepOf(p deprovision.Progress, name string) deprovision.StepProgress {
	i := slices.IndexFunc(p.Steps, func(s deprovision.StepProgress) bool { return s.Name == name })
	if i < 0 {
		return deprovision.StepProgress{}
	}
	return p.Steps[i]
}

// seesTheDetails follows to the end, answers what only a person can do, and finds in every event all steps with state and units, and the time left.
func (c *conversation) seesTheDetails() {
	seen := len(c.events)
	for p := c.follow(); !p.Status.Terminal(); p = c.follow() {
		if p.Stop.Name == deprovision.StopConfirm && p.Seq <= uint64(seen+1) { // the refused confirmation
			continue
		}
		if p.Stop.Name != deprovision.StopManual {
			c.t.Fatalf("it waits at %s: %s", p.Stop.Name, p.Detail)
		}
		c.byHand(p)
	}
	for _, e := range c.events[seen:] {
		p := e.Progress
		if len(p.Steps) == 0 || p.Steps[len(p.Steps)-1].Name != "close-account" {
			c.t.Fatalf("event %d does not show all steps: %v", p.Seq, p.Steps)
		}
		for _, s := range p.Steps {
			if s.State == "" || s.Done > s.Total && s.Total > 0 {
				c.t.Errorf("event %d shows %s as %q, %d of %d", p.Seq, s.Name, s.State, s.Done, s.Total)
			}
		}
		if open := !p.Status.Terminal(); open != (p.Left != nil && p.LeftHigh != nil) {
			c.t.Errorf("event %d, %s, tells that %v are left, at most %v", p.Seq, p.Status, p.Left, p.LeftHigh)
		}
	}
	for i, s := range c.last().Steps {
		if s.State != deprovision.StepDone {
			c.t.Errorf("step %d, %s, is %s at the end", i, s.Name, s.State)
		}
	}
}

// byHand does what a stop asks a person for, and says so with a note.
func (c *conversation) byHand(p deprovision.Progress) {
	c.t.Helper()
	m := p.Stop.Manual
	if m == nil || m.Instructions == "" || m.Link == "" || m.Owner != "mail team" || m.Due == nil {
		c.t.Fatalf("the stop does not say what to do: %+v", m)
	}
	if a := c.decide(to(c.ref(), deprovision.ManualDone, func(d *deprovision.Decision) { d.Reason = "" })); a.ok || !strings.Contains(a.says, "reason") && !strings.Contains(a.says, "Still missing: how it was done") {
		c.t.Errorf("without a note: %+v", a)
	}
	note := fmt.Sprintf("done by hand at stop %d", p.Stop.Seq)
	accepted(c.t, c.doorway, to(c.ref(), deprovision.ManualDone, func(d *deprovision.Decision) { d.Reason, d.Stop = note, p.Stop.Seq }))
	c.notes[p.Stop.Seq] = note
}

// comesBack reads all events anew, from the first one and from one in the middle, as after the screen was closed: they are the same.
func (c *conversation) comesBack() {
	for _, from := range []int{1, len(c.events) / 2} {
		if again := c.watch(c.ref(), uint64(from)); !reflect.DeepEqual(again, c.events[from-1:]) {
			c.t.Errorf("from event %d on there were %d events, and now are %d others", from, len(c.events[from-1:]), len(again))
		}
	}
}

// seesItGone finds neither row nor objects.
func (c *conversation) seesItGone() {
	if p := c.show(c.ref()); p.Status != deprovision.SucceededWithRemainder && p.Status != deprovision.Succeeded || len(p.InDoubt) > 0 {
		c.t.Errorf("it ended as %s (%s), in doubt %v", p.Status, p.Detail, p.InDoubt)
	}
	if a := c.freedOf("contoso", c.account.ID); a.State != deprovision.AccountClosed || a.Closed != c.request.ID {
		c.t.Errorf("the record is %+v", a)
	}
	if slices.ContainsFunc(c.accounts("contoso"), func(a deprovision.Account) bool { return a.ID == c.account.ID }) {
		c.t.Error("it is still listed")
	}
	removed := map[string]bool{}
	for _, call := range c.sim.CallsLike(tenantsim.Match{Tenant: c.tenant.fixture.Tenant.ID}) {
		for _, id := range call.Removed {
			removed[id] = true
		}
	}
	if p := c.last(); p.Removed == 0 || len(removed) == 0 {
		c.t.Errorf("it says %d were removed, the tenant has seen %d go", p.Removed, len(removed))
	}
}

// findsNoAppAtSharePoint looks where step 8 would have sent a person, for the App Identifier of step 2.
func (c *conversation) findsNoAppAtSharePoint() {
	id := c.account.SharePointAppID
	if id == "" { // newer accounts, and delegates, have none: the remainder names the page
		at := slices.ContainsFunc(c.last().Remainder, func(r deprovision.Remainder) bool {
			return strings.HasSuffix(r.Link, "/_layouts/15/TA_AllAppPrincipals.aspx")
		})
		if sites := c.account.Service == deprovision.SharePointOnline || c.account.Service == deprovision.OneDrive; sites && !at {
			c.t.Errorf("the remainder does not name the page: %v", c.last().Remainder)
		}
		return
	}
	for _, row := range c.sim.State(c.tenant.fixture.Tenant.ID)[tenantsim.KindAppPrincipal] {
		if row["appId"] == id {
			c.t.Errorf("the app principal %s is still there", id)
		}
	}
	if !slices.ContainsFunc(c.evidence(c.ref()), func(e deprovision.Evidence) bool {
		return e.Artifact.Kind == "app-principal" && strings.Contains(e.Artifact.ID+e.Artifact.Name, id)
	}) {
		c.t.Errorf("nothing in the evidence tells of %s", id)
	}
}

// finishesTheRest reads what is left for a person, and the evidence of what went: everything of the plan, once, with its call, and every note.
func (c *conversation) finishesTheRest() {
	p := c.last()
	for _, r := range p.Remainder {
		if r.Name == "" || r.Instructions == "" {
			c.t.Errorf("of the rest it only says %+v", r)
		}
	}
	stays := map[string]int{} // artifacts of the plan by id, without those that are in the evidence
	for _, a := range c.plan(c.ref()).Artifacts {
		stays[a.ID]++
	}
	for _, e := range c.evidence(c.ref()) {
		if e.Artifact.Kind == "product-account" {
			continue // no plan lists it
		}
		stays[e.Artifact.ID]--
		if e.Outcome == deprovision.Removed && e.Call == "" {
			c.t.Errorf("%s %s went by no call", e.Artifact.Kind, e.Artifact.Name)
		}
	}
	for id, n := range stays { // what another account still uses, for example
		named := 0
		for _, r := range p.Remainder {
			if strings.Contains(r.Name, id) {
				named++
			}
		}
		if n != named {
			c.t.Errorf("%s is in the plan %d times more often than in the evidence, and %d times in the remainder", id, n, named)
		}
	}
	noted := map[uint64]string{}
	for _, e := range c.events {
		if d := e.Change.Decision; d != nil && d.Verb == deprovision.ManualDone && e.Change.Kind != deprovision.DecisionRefused {
			noted[d.Stop] = d.Reason
		}
	}
	if !maps.Equal(noted, c.notes) {
		c.t.Errorf("the notes %v were kept as %v", c.notes, noted)
	}
	c.sealed(c.bundle(c.ref()))
}

// sealed verifies the bundle of the evidence offline, whichever door it came from; with one word changed in it, that is found.
func (f *office) sealed(path string) {
	f.t.Helper()
	d := cliDoor{f}
	var sum struct{ Seal string }
	if err := json.Unmarshal([]byte(d.told([]string{"evidence", "verify", path}, cli.Success)), &sum); err != nil || sum.Seal == "" {
		f.t.Fatalf("the bundle has the seal %q: %v", sum.Seal, err)
	}
	d.told([]string{"evidence", "verify", path, "--seal", sum.Seal}, cli.Success)
	body, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(body, []byte("the contract ends"), []byte("the contract runs"), 1), 0o600); err != nil {
		f.t.Fatal(err)
	}
	d.told([]string{"evidence", "verify", path}, cli.NotAccepted)
}
