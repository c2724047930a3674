package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Sweep looks once at every open request in a view and publishes a wake-up for each that nobody seems to care about any more. Then it
// frees the accounts of the tenants that name a request that has ended. It goes on after errors and returns them all.
func (e *Engine) Sweep(ctx context.Context, view View, tenants []string) error {
	var errs []error
	now := e.Clock.Now()
	err := view.Open(ctx, func(p deprovision.Progress) bool {
		if seq, due := neglected(p, now); due {
			if err := e.Journal.Sweep(ctx, p.Request.Ref(), seq); err != nil {
				errs = append(errs, fmt.Errorf("sweep %s: %w", p.Request.Ref().Tokens(), err))
			}
		}
		return ctx.Err() == nil
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("list open requests: %w", err))
	}
	for _, tenant := range tenants {
		errs = append(errs, e.sweepAccounts(ctx, tenant))
	}
	return errors.Join(errs...)
}

// neglected returns the seq of the claim, park or stop that is to be doubted.
func neglected(p deprovision.Progress, now time.Time) (uint64, bool) {
	idle := now.Sub(p.Updated)
	claim := p.Claim
	if claim == nil { // no worker of today writes this; one broken document must not keep the others from being swept
		claim = &deprovision.Claim{}
	}
	switch p.Status {
	case deprovision.Parked:
		return p.Park.Seq, now.After(p.Park.Until)
	case deprovision.Waiting:
		return p.Stop.Seq, p.Stop.Expires != nil && now.After(*p.Stop.Expires)
	case deprovision.Held, deprovision.Contested:
		return claim.Seq, idle > 3*durationOf(claim.Lease)
	case deprovision.Released:
		return claim.Seq, idle > durationOf(claim.Lease)
	}
	return 0, false
}

func (e *Engine) sweepAccounts(ctx context.Context, tenant string) error {
	accounts, err := e.Accounts.Of(ctx, tenant)
	if err != nil {
		return fmt.Errorf("list the accounts of %s: %w", tenant, err)
	}
	for _, account := range accounts {
		if account.Open == "" {
			continue
		}
		ref := deprovision.Ref{Tenant: tenant, Service: account.Service, Request: account.Open}
		last, err := e.Journal.Last(ctx, ref)
		if err != nil {
			return fmt.Errorf("look at %s: %w", ref.Tokens(), err)
		}
		if last.Revision != 0 && last.Progress.Status.Terminal() {
			e.letGo(deprovision.Request{ID: account.Open, Tenant: tenant, Service: account.Service, Account: account.ID})
		}
	}
	return nil
}
