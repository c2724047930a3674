package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// open makes the request the one that is open on its service account, or ends it.
func (a *attempt) open(h *hold) error {
	ctx := a.drainless()
	r := h.state().Request
	for {
		account, revision, err := a.Accounts.Get(ctx, r.Tenant, r.Account)
		if err != nil {
			return a.hinder(h, "the service account's record", err)
		}
		if why := unfit(r, account, revision); why != "" {
			return a.shut(h, why)
		}
		if account.Open == r.ID {
			a.account = &account
			return nil
		}
		if why, err := a.resumes(ctx, r, account); err != nil {
			return a.hinder(h, "the request "+r.ResumeOf+", which is to be taken up", err)
		} else if why != "" {
			return a.shut(h, why)
		}
		if free, err := a.isFree(ctx, account, r); err != nil {
			return a.hinder(h, "the service account's record", err)
		} else if !free {
			return a.shut(h, fmt.Sprintf("request %s is open on the service account", account.Open))
		}
		account.Open = r.ID
		_, err = a.Accounts.Put(ctx, account, revision)
		if err == nil {
			a.account = &account
			return nil
		}
		if !errors.Is(err, ErrConflict) {
			return a.hinder(h, "the service account's record", err)
		}
	}
}

// unfit tells why the record does not fit the request.
func unfit(r deprovision.Request, account deprovision.Account, revision uint64) string {
	switch {
	case revision == 0:
		return fmt.Sprintf("there is no record of the service account %s; add it first", r.Account)
	case account.Service != r.Service:
		return fmt.Sprintf("the service account %s serves %s, not %s", r.Account, account.Service, r.Service)
	case deprovision.ProductOf(account.Product) != deprovision.ProductOf(r.Product):
		return fmt.Sprintf("the service account %s is of the product %s, not %s: name it in the request's field product",
			r.Account, deprovision.ProductOf(account.Product), deprovision.ProductOf(r.Product))
	case r.AppID != "" && account.AppID != r.AppID:
		return fmt.Sprintf("the service account %s has another App Id than the request", r.Account)
	case account.State == deprovision.AccountClosed && account.Closed != r.ID && r.ResumeOf == "":
		return fmt.Sprintf("the service account %s was closed by request %s; what that left is taken up by a request that names it in its field resumeOf",
			r.Account, account.Closed)
	}
	return ""
}

// isFree reports whether nothing is open on the account; a name of a request that has ended is left over from a crash. One without a
// journal had one when its name was written, so that it was archived or lost: nobody can end it any more, and it keeps nobody out.
func (a *attempt) isFree(ctx context.Context, account deprovision.Account, r deprovision.Request) (bool, error) {
	if account.Open == "" {
		return true, nil
	}
	other, err := a.Journal.Last(ctx, deprovision.Ref{Tenant: r.Tenant, Service: account.Service, Request: account.Open})
	return err == nil && (other.Revision == 0 || other.Progress.Status.Terminal()), err
}

// shut ends a request that has not removed anything yet; later on a person decides.
func (a *attempt) shut(h *hold, why string) error {
	if p := h.state(); p.Removed+p.Unconfirmed > 0 {
		return h.write(unwished(a.stopFailed(p, deprovision.Malformed, errors.New(why))))
	}
	return h.write(entry{kind: deprovision.Ended, detail: why, obeys: true, then: func(p *deprovision.Progress) { end(p, deprovision.Refused, why) }})
}

// unwished drops the wish: nobody can obey it here, so that somebody has to decide anew.
func unwished(x entry) entry {
	then := x.then
	x.obeys, x.then = true, func(p *deprovision.Progress) { p.Wish = nil; then(p) }
	return x
}

// hinder parks a request that something unreadable keeps from going on.
func (a *attempt) hinder(h *hold, what string, cause error) error {
	x := a.conclude(h.state(), "", Result{}, fmt.Errorf("%s: %w", what, cause))
	x.obeys = true // a wish keeps until it can be read
	return h.write(x)
}

// letGo frees the account of a request that has ended. What fails here is repaired by the next request, or the sweeper.
func (e *Engine) letGo(r deprovision.Request) {
	ctx := context.Background()
	for {
		account, revision, err := e.Accounts.Get(ctx, r.Tenant, r.Account)
		if err == nil && (revision == 0 || account.Open != r.ID || account.Service != r.Service) {
			return
		}
		if err == nil {
			account.Open = ""
			if _, err = e.Accounts.Put(ctx, account, revision); err == nil {
				return
			}
		}
		if !errors.Is(err, ErrConflict) {
			e.Log.Warn("a service account was not freed; the sweeper will", "tenant", r.Tenant, "error", err)
			return
		}
	}
}

// drainless is a context that a drain does not end.
func (a *attempt) drainless() context.Context { return context.WithoutCancel(a.drain) }
