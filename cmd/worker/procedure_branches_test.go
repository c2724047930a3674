package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// branch is a place at which the procedure does not simply go on, and one of the answers that it takes. Each has a tenant of its own.
type branch struct {
	name       string // docs/procedure.md names them
	account    string // one of the simulated tenant's
	fixture    func(*tenantsim.Fixture)
	credential string           // that the worker begins with
	fault      *tenantsim.Match // the call that is forbidden
	stop       string
	says       []string // what the stop names
	verb       deprovision.Verb
	ref        string // of the credential
	ends       deprovision.Status
	then       func(*branching)
}

const asInstead = "worker" // the credential that is named at a stop

func branches() []branch {
	const invalid, missing, failed = deprovision.StopInvalidAccount, deprovision.StopMissingRights, deprovision.StopFailed
	done, cancelled, forced := deprovision.SucceededWithRemainder, deprovision.Cancelled, deprovision.Forced
	disabled, lacking := []string{"disabled"}, []string{"Missing:", "Remove-TransportRule", "DELETE /servicePrincipals"}
	second := &tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}
	return []branch{
		{name: "step 4: invalid account, cancel", account: "sharepoint-delegate", fixture: disableDelegate, stop: invalid, says: disabled, verb: deprovision.Cancel, ends: cancelled, then: (*branching).nothingHappened},
		{name: "step 4: invalid account, force", account: "sharepoint-delegate", fixture: disableDelegate, stop: invalid, says: disabled, verb: deprovision.Force, ends: forced, then: (*branching).closedUnseen},
		{name: "step 4: invalid account, continue", account: "sharepoint-delegate", fixture: disableDelegate, stop: invalid, says: disabled, verb: deprovision.Continue, ends: done, then: (*branching).wentAsTheWorker},
		{name: "step 4: missing rights, credentials", account: "inline", credential: "reader", stop: missing, says: lacking, verb: deprovision.Credentials, ref: asInstead, ends: done, then: (*branching).wentAsTheWorker},
		{name: "step 4: missing rights, cancel", account: "inline", credential: "reader", stop: missing, says: lacking, verb: deprovision.Cancel, ends: cancelled, then: (*branching).nothingHappened},
		{name: "step 7: failed, retry", account: "inline", fault: second, stop: failed, says: []string{"Remove-TransportRule", "403"}, verb: deprovision.Retry, ends: done, then: (*branching).allIsGone},
		{name: "step 7: failed, credentials", account: "inline", fault: second, stop: failed, verb: deprovision.Credentials, ref: asInstead, ends: done, then: (*branching).allIsGone},
		{name: "step 7: failed, skip", account: "inline", fault: &tenantsim.Match{Cmdlet: "Remove-OutboundConnector"}, stop: failed, verb: deprovision.Skip, ends: done, then: (*branching).connectorsStay},
		{name: "step 7: failed, force", account: "inline", fault: second, stop: failed, verb: deprovision.Force, ends: forced, then: (*branching).closedHalfway},
		{name: "step 7: failed, cancel", account: "inline", fault: second, stop: failed, verb: deprovision.Cancel, ends: cancelled, then: (*branching).openHalfway},
	}
}

func disableDelegate(f *tenantsim.Fixture) {
	i := slices.IndexFunc(f.Users, func(u tenantsim.User) bool { return u.ID == tenantsim.DelegateID })
	f.Users[i].Disabled = true
}

// branching is a branch on its way through a door.
type branching struct {
	*office
	doorway
	branch

	tenant  *officeTenant
	account deprovision.Account
	first   deprovision.Ref
	at      deprovision.Progress // at the stop
	end     deprovision.Progress
}

func TestEachBranchOfTheProcedureGoesThroughEachDoor(t *testing.T) {
	t.Parallel()
	for name, enter := range doorways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachBranch(t, enter, len(branches()))
		})
	}
}

//nolint:paralleltest // a browser needs the whole machine
func TestEachBranchOfTheProcedureGoesThroughThePage(t *testing.T) { eachBranch(t, throughPage, 3) }

// eachBranch goes through a door, in so many branches at once.
func eachBranch(t *testing.T, enter func(*testing.T, *office) doorway, atOnce int) {
	t.Helper()
	var tenants []*officeTenant
	for i, b := range branches() {
		tenants = append(tenants, b.tenantOf(uint64(300+i)))
	}
	o := newOffice(t, options{}, tenants...)
	seats := make(chan struct{}, atOnce)
	t.Run("each", func(t *testing.T) {
		for i, b := range branches() {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				seats <- struct{}{}
				defer func() { <-seats }()
				(&branching{office: o.with(t), doorway: enter(t, o), branch: b, tenant: tenants[i], account: tenants[i].accounts[0]}).run()
			})
		}
	})
}

func (b branch) tenantOf(seed uint64) *officeTenant {
	sites := tenantsim.GenerateSharePoint{}
	delegate := b.account != "inline"
	if delegate {
		sites.Sites = 2
	}
	f := tenantsim.Generate(seed, tenantsim.GenerateOptions{Inline: true, Services: delegate, SharePoint: sites})
	f.Sites = slices.DeleteFunc(f.Sites, func(s tenantsim.Site) bool { return strings.Contains(s.URL, "//contoso") }) // of another tenant
	if b.fixture != nil {
		b.fixture(f)
	}
	alias := strings.NewReplacer(":", "", ",", "", " ", "-").Replace(b.name)
	all := recorded(alias)
	a := all[slices.IndexFunc(all, func(a deprovision.Account) bool { return a.ID == b.account })]
	if a.ID == "inline" {
		a.ProductID = f.Product.Accounts[0].ID
	}
	return &officeTenant{alias: alias, fixture: f, accounts: []deprovision.Account{a}, credential: b.credential}
}

func (b *branching) run() {
	id := b.tenant.fixture.Tenant.ID
	var forbidding *tenantsim.FaultHandle
	if b.fault != nil {
		m := *b.fault
		m.Tenant = id
		// Every such call, until somebody decides: the office's time may jump past a lease, and the call is then made again.
		forbidding = b.sim.Faults.Must(tenantsim.Fault{Match: m, Do: tenantsim.FaultForbidden, Times: -1})
	}
	b.first = b.asks("r1", "")
	from := uint64(1)
	if b.stop == deprovision.StopFailed {
		p := stands(b.t, b.doorway, b.first, 1, deprovision.StopConfirm)
		accepted(b.t, b.doorway, to(b.first, deprovision.Confirm, acknowledging(p)))
		from = p.Seq + 1
	}
	b.at = stands(b.t, b.doorway, b.first, from, b.stop)
	for _, text := range b.says {
		if !strings.Contains(b.at.Stop.Detail, text) {
			b.t.Errorf("the stop does not name %q: %s", text, b.at.Stop.Detail)
		}
	}
	if step := b.at.Steps[b.at.Step].Name; b.stop == deprovision.StopMissingRights && step != "verify-privileges" {
		b.t.Errorf("the rights were found missing at %s only", step)
	}
	if !b.at.Stop.Accepts(b.verb) {
		b.t.Errorf("the stop offers %v", b.at.Stop.Offers)
	}
	if b.stop != deprovision.StopFailed {
		b.untouched(b.tenant)
	}
	if forbidding != nil {
		forbidding.End()
	}
	accepted(b.t, b.doorway, to(b.first, b.verb, func(d *deprovision.Decision) { d.CredentialRef = b.ref }))
	if b.end = b.goesOn(b.first, b.at.Seq+1); b.end.Status != b.ends {
		b.t.Fatalf("it ended as %s: %s", b.end.Status, b.end.Detail)
	}
	b.freedOf(b.tenant.alias, b.account.ID)
	b.then(b)
}

func (b *branching) asks(id, resumeOf string) deprovision.Ref {
	b.t.Helper()
	r := deprovision.Request{ID: id, Tenant: b.tenant.alias, Service: b.account.Service, Account: b.account.ID, RequestedBy: whoAsks, Reason: "the contract ends", ResumeOf: resumeOf}
	if a := b.ask(r); !a.ok {
		b.t.Fatalf("refused: %s", a.says)
	}
	return r.Ref()
}

// goesOn confirms whatever plan is shown, lets an invalid account pass, does what is asked for by hand, and returns the end.
func (b *branching) goesOn(ref deprovision.Ref, from uint64) deprovision.Progress {
	b.t.Helper()
	for {
		events := b.watch(ref, from)
		p := events[len(events)-1].Progress
		if p.Status.Terminal() {
			return p
		}
		verb, ok := map[string]deprovision.Verb{deprovision.StopConfirm: deprovision.Confirm, deprovision.StopManual: deprovision.ManualDone,
			deprovision.StopInvalidAccount: deprovision.Continue, deprovision.StopMissingRights: deprovision.Credentials}[p.Stop.Name]
		if !ok {
			b.t.Fatalf("it waits at %s: %s", p.Stop.Name, p.Detail)
		}
		accepted(b.t, b.doorway, to(ref, verb, acknowledging(p), func(d *deprovision.Decision) { d.CredentialRef = credentialFor(verb) }))
		from = p.Seq + 1
	}
}

func credentialFor(verb deprovision.Verb) string {
	if verb == deprovision.Credentials {
		return asInstead
	}
	return ""
}

// listed reports whether the account still is among those that are there.
func (b *branching) listed() bool {
	b.t.Helper()
	return slices.ContainsFunc(b.accounts(b.tenant.alias), func(a deprovision.Account) bool { return a.ID == b.account.ID && a.Open == "" })
}

// took are the calls of the tenant that removed something, by what they removed.
func (b *branching) took() map[string]int {
	took := map[string]int{}
	for _, c := range b.sim.CallsLike(tenantsim.Match{Tenant: b.tenant.fixture.Tenant.ID}) {
		for _, id := range c.Removed {
			took[id]++
		}
	}
	return took
}

// inTenant is what the tenant calls an artifact: entries of lists by what they are, objects of sites without the path.
func inTenant(a deprovision.Artifact) string {
	if a.Kind == "ip-allow-entry" {
		return a.Name
	}
	return a.ID[strings.LastIndex(a.ID, "#")+1:]
}

// balanced holds an end against plan and tenant: what the evidence says was removed went by one call, and all else of the plan is named as staying.
func (b *branching) balanced(ref deprovision.Ref, p deprovision.Progress) (went, stays int) {
	b.t.Helper()
	took, gone := b.took(), map[string]bool{}
	for _, e := range b.evidence(ref) {
		gone[e.Artifact.ID] = true
		if n := took[inTenant(e.Artifact)]; e.Outcome == deprovision.Removed && n != 1 {
			b.t.Errorf("%s %s went by %d calls", e.Artifact.Kind, e.Artifact.Name, n)
		}
	}
	for _, a := range b.plan(ref).Artifacts {
		if gone[a.ID] {
			went++
			continue
		}
		stays++
		if took[inTenant(a)] > 0 {
			b.t.Errorf("%s %s is gone, and nothing tells of it", a.Kind, a.Name)
		}
		if !slices.ContainsFunc(p.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, a.Name) && r.Instructions != "" }) {
			b.t.Errorf("%s %s stays, and the remainder does not name it", a.Kind, a.Name)
		}
	}
	return went, stays
}

func (b *branching) nothingHappened() {
	b.untouched(b.tenant)
	if !b.listed() {
		b.t.Errorf("the record is %+v", b.doorway.account(b.tenant.alias, b.account.ID))
	}
}

// closedUnseen wants the whole footprint in the remainder, by published names, since nobody has looked what there is; and takes it up.
func (b *branching) closedUnseen() {
	b.untouched(b.tenant)
	if b.listed() {
		b.t.Error("it is still listed")
	}
	for _, want := range []string{"event-receiver", "quarantine-library", tenantsim.DelegateName} {
		if !slices.ContainsFunc(b.end.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name+r.Instructions, want) }) {
			b.t.Errorf("the remainder does not name %s: %v", want, b.end.Remainder)
		}
	}
	if a := b.ask(deprovision.Request{ID: "r2", Tenant: b.tenant.alias, Service: b.account.Service, Account: b.account.ID, RequestedBy: whoAsks}); a.ok {
		if p := b.goesOn(deprovision.Ref{Tenant: b.tenant.alias, Service: b.account.Service, Request: "r2"}, 1); p.Status != deprovision.Refused {
			b.t.Errorf("a closed account was asked for anew: %s", p.Status)
		}
	}
	b.takenUp()
}

func (b *branching) wentAsTheWorker() {
	b.allIsGone()
	for _, c := range b.sim.CallsLike(tenantsim.Match{Tenant: b.tenant.fixture.Tenant.ID}) {
		if len(c.Removed) > 0 && c.AppID != tenantsim.WorkerAppID && c.AppID != "" {
			b.t.Errorf("%s %s %s was called as %s", c.Method, c.Path, c.Cmdlet, c.AppID)
		}
	}
	if b.verb == deprovision.Credentials && b.end.Credential != asInstead {
		b.t.Errorf("it ended with the credential %q", b.end.Credential)
	}
	if b.verb == deprovision.Continue && !strings.Contains(b.end.Facts["verify-account"], whoDecides) {
		b.t.Errorf("nobody reads who let it go on: %v", b.end.Facts)
	}
}

func (b *branching) allIsGone() {
	if _, stays := b.balanced(b.first, b.end); stays > 0 {
		b.t.Errorf("%d artifacts stay", stays)
	}
	if b.listed() {
		b.t.Error("it is still listed")
	}
}

func (b *branching) connectorsStay() {
	if _, stays := b.balanced(b.first, b.end); stays != 2 {
		b.t.Errorf("%d artifacts stay", stays)
	}
	for _, name := range []string{tenantsim.OutboundForIncoming, tenantsim.OutboundForOutgoing} {
		if _, there := b.sim.ObjectID(b.tenant.fixture.Tenant.ID, tenantsim.KindOutboundConnector, name); !there {
			b.t.Errorf("%s is gone", name)
		}
	}
	if stepOf(b.end, "remove-outbound-connectors").State != deprovision.StepSkipped || b.listed() {
		b.t.Error("the step was not left out, or the account is still listed")
	}
}

// closedHalfway holds that a forced end removes nothing more but the row at the product, names the rest, and can be taken up.
func (b *branching) closedHalfway() {
	went, stays := b.balanced(b.first, b.end)
	if went != b.at.Removed || stays == 0 {
		b.t.Errorf("%d had gone at the stop, %d went in all, %d stay", b.at.Removed, went, stays)
	}
	if b.took()[b.account.ProductID] != 1 || b.listed() {
		b.t.Error("the row at the product stays, or the account is still listed")
	}
	b.takenUp()
}

// openHalfway holds that a cancelled one removes nothing at all from then on, leaves the account as it was, and can be taken up.
func (b *branching) openHalfway() {
	went, stays := b.balanced(b.first, b.end)
	if went != b.at.Removed || stays == 0 {
		b.t.Errorf("%d had gone at the stop, %d went in all, %d stay", b.at.Removed, went, stays)
	}
	if b.took()[b.account.ProductID] != 0 || !b.listed() {
		b.t.Error("the row at the product is gone, or the account is not listed")
	}
	b.takenUp()
}

// takenUp asks for what an earlier end left, and wants all of it gone.
func (b *branching) takenUp() {
	b.t.Helper()
	again := b.asks("again", "r1")
	p := b.goesOn(again, 1)
	if p.Status != deprovision.SucceededWithRemainder || p.Removed == 0 || len(p.InDoubt) > 0 {
		b.t.Errorf("taken up it ended as %s (%s), removed %d, in doubt %v", p.Status, p.Detail, p.Removed, p.InDoubt)
	}
	if _, stays := b.balanced(again, p); stays > 0 {
		b.t.Errorf("%d artifacts stay", stays)
	}
	if a := b.freedOf(b.tenant.alias, b.account.ID); a.State != deprovision.AccountClosed || a.Closed != "again" {
		b.t.Errorf("the record is %+v", a)
	}
	for id, n := range b.took() {
		if n > 1 {
			b.t.Errorf("%s was removed %d times", id, n)
		}
	}
}
