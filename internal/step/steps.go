package step

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The names of the steps that every service has, and of those that are more than a loop over artifacts.
const (
	VerifyAccount    = "verify-account"
	VerifyPrivileges = "verify-privileges"
	TakeInventory    = "take-inventory"
	Confirm          = "confirm"
	Drain            = "drain"
	Announce         = "announce-api-stop"
	VerifyRemoval    = "verify-removal"
	Purge            = "purge"
	RemoveAtProduct  = "remove-at-product"
	CloseAccount     = "close-account"
)

var (
	head    = []string{VerifyAccount, VerifyPrivileges, TakeInventory, Confirm}
	closing = []string{RemoveAtProduct, CloseAccount}
)

// Deps are what steps work with. All fields are required.
type Deps struct {
	// Tenants reaches a tenant by its alias. An empty credential reference means the tenant's own.
	Tenants    func(ctx context.Context, alias, credentialRef string) (m365.Tenant, error)
	Accounts   engine.Accounts
	Brake      engine.Ledgers
	Footprints footprint.Catalog
	Clock      engine.Clock
	Policy     func(tenant string) Policy
}

// Policy is what a tenant's owner allows. The zero value allows nothing destructive.
type Policy struct {
	Armed          bool           // false: plans are made, nothing is removed
	ConfirmsItself bool           // a plan needs no confirmation by a person
	Drain          *time.Duration // nil means the footprint's; 0 means none
	// Spared are the App Ids that the worker may run as, by reference of their credentials; "" is the tenant's own. None of them ever goes,
	// whichever one it runs as, but for the app of an account whose record names that very credential as its own.
	Spared      map[string]string
	Brake       guard.Brake    // how much may go at once; the zero value holds the defaults
	Deciders    guard.Deciders // whose consent counts
	ManualOwner string         // who does manual steps, for the instructions
	ManualDue   time.Duration  // how long that may take; 0 means no date
}

// Steps are the steps of every service that the footprint describes. It implements [engine.Steps] and is safe for concurrent use.
type Steps struct {
	deps Deps
}

var _ engine.Steps = (*Steps)(nil)

// New makes the steps.
func New(deps Deps) *Steps { return &Steps{deps: deps} }

// step is one named piece of the work. What it leaves when it is not run is found by interface: [leaver].
type step interface {
	// run goes on from the state's cursor.
	run(ctx context.Context, j *job) (engine.Result, error)
}

// leaver is a step that leaves something behind when it is not run, or not to its end.
type leaver interface {
	left(r rest) []deprovision.Remainder
}

// find returns the step of a name; what is no other step is the removal of what the plan lists for that name.
func find(name string) step {
	switch name {
	case VerifyAccount:
		return verifyAccount{}
	case VerifyPrivileges:
		return verifyPrivileges{}
	case TakeInventory:
		return takeInventory{}
	case Confirm:
		return confirm{}
	case Drain:
		return drain{}
	case Announce:
		return announce{}
	case VerifyRemoval:
		return verifyRemoval{}
	case Purge:
		return purge{}
	case RemoveAtProduct:
		return removeAtProduct{}
	case CloseAccount:
		return closeAccount{}
	}
	return removal{}
}

// Names lists the steps of a request in order; none for a service that the footprint does not describe. A dry run ends with the inventory.
func (s *Steps) Names(request deprovision.Request) []string {
	service, ok := s.deps.Footprints.Service(request.Product, request.Service)
	switch {
	case !ok:
		return nil
	case request.Options.DryRun:
		return slices.Clone(head[:3])
	}
	after := []string{VerifyRemoval}
	if request.Options.Purge {
		after = append(after, Purge)
	}
	return slices.Concat(head, service.Steps, after, closing)
}

// Closing lists the steps that a forced request still runs.
func (s *Steps) Closing(deprovision.Request) []string { return slices.Clone(closing) }

// Run carries out one step from the work's cursor on. A panic in it is the engine's to judge: it may have come
// behind a call.
func (s *Steps) Run(ctx context.Context, name string, work *engine.Work) (engine.Result, error) {
	// The lease can end while the process is stopped: what is sent asks the context itself, right before.
	ctx = m365.WithFence(ctx, ctx.Err)
	j := &job{deps: s.deps, name: name, work: work, state: work.Progress(), account: work.Account()}
	var ok bool
	r := j.state.Request
	if j.service, ok = s.deps.Footprints.Service(r.Product, r.Service); !ok {
		return engine.Result{}, failure(name, fmt.Errorf("no footprint describes the service %s of the product %s", r.Service, deprovision.ProductOf(r.Product)))
	}
	j.policy = s.deps.Policy(j.state.Request.Tenant)
	return find(name).run(ctx, j)
}

// failure is what a step cannot do, however often it is tried.
func failure(name string, err error) error {
	return &deprovision.Failure{Class: deprovision.Malformed, API: "step", Call: name, Err: err}
}
