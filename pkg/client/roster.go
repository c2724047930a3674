package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// anew is after how long a roster reads everything again: of a record that was deleted in the server, nothing tells.
const anew = time.Minute

// Roster keeps the records of a tenant's service accounts from one look to the next, so that a look costs one question and what was written
// since, instead of all records. It may be used by several goroutines.
type Roster struct {
	c      *Client
	tenant string
	turn   chan struct{} // has an element while somebody looks

	byID map[string]deprovision.Account
	list []deprovision.Account // the same by id; it is replaced, never changed
	head uint64                // the revision of the record that was written last
	full time.Time             // when everything was read; zero: never
}

// Roster returns the roster of a tenant. It reads nothing before it is asked.
func (c *Client) Roster(tenant string) *Roster {
	return &Roster{c: c, tenant: tenant, turn: make(chan struct{}, 1)}
}

// Accounts lists the records as they are now, by id, with the errors of [Client.Accounts]. Only that a record was deleted in the server it
// may learn a minute late. Others share the list: it may not be changed.
func (r *Roster) Accounts(ctx context.Context) ([]deprovision.Account, error) {
	if !deprovision.ValidToken(r.tenant) {
		return nil, &deprovision.Invalid{Field: "tenant", Value: r.tenant, Allowed: deprovision.TokenRule}
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("list accounts: %w", ctx.Err())
	}
	last, _, err := r.c.read(ctx, accountStream, which{Last: event.AccountSubject(r.tenant, "*")})
	now := time.Now()
	switch {
	case err != nil && !errors.Is(err, ErrUnreachable):
		return nil, fmt.Errorf("list accounts: %w", err)
	case err != nil || last.seq < r.head || now.Sub(r.full) > anew: // a server that was away is waited for, and may be another
		if err = r.add(ctx, 0, map[string]deprovision.Account{}); err == nil {
			r.full = now
		}
	case last.seq > r.head:
		err = r.add(ctx, r.head, maps.Clone(r.byID))
	}
	if err != nil {
		return nil, err
	}
	return r.list, nil
}

// add takes in what was written behind the revision head. What it had stays as it was if that fails.
func (r *Roster) add(ctx context.Context, head uint64, byID map[string]deprovision.Account) error {
	for s, err := range r.c.follow(ctx, feed{stream: accountStream, subject: event.AccountSubject(r.tenant, "*"), from: head + 1}) {
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		a, err := legible(s)
		if err != nil {
			return err
		}
		byID[a.ID], head = a, s.seq
	}
	r.byID, r.head, r.list = byID, head, inOrder(byID)
	return nil
}
