package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Change says what became of a record that was put.
type Change string

// The changes.
const (
	Added     Change = "added"
	Updated   Change = "updated"
	Unchanged Change = "unchanged" // it was there, just so
)

// Account returns the record of a service account, read from its leader, or [ErrUnknownAccount], or [ErrUnreadableAccount].
func (c *Client) Account(ctx context.Context, tenant, id string) (deprovision.Account, error) {
	a, _, err := c.account(ctx, tenant, id)
	return a, err
}

// AccountAt is [Client.Account] with the revision of the record, which [Client.ReplaceAccount] asks for.
func (c *Client) AccountAt(ctx context.Context, tenant, id string) (deprovision.Account, uint64, error) {
	return c.account(ctx, tenant, id)
}

// ReplaceAccount overwrites the record of a service account, as [Client.PutAccount] does with update, provided that it still has the
// revision that the caller has seen; else a [ConflictError]. It returns the new revision.
func (c *Client) ReplaceAccount(ctx context.Context, a deprovision.Account, revision uint64) (uint64, error) {
	a, err := checked(a)
	if err != nil {
		return 0, err
	}
	there, now, err := c.account(ctx, a.Tenant, a.ID)
	switch {
	case err != nil && !errors.Is(err, ErrUnreadableAccount):
		return 0, err
	case now != revision:
		return 0, &ConflictError{Kind: "account", Name: a.Tenant + "." + a.ID, Reason: writtenMeanwhile}
	case there.Open != "":
		return 0, opened(there)
	}
	return c.putAt(ctx, a, revision)
}

// putAt writes a record provided that the last one has the revision.
func (c *Client) putAt(ctx context.Context, a deprovision.Account, revision uint64) (uint64, error) {
	msg, err := event.EncodeAccount(a)
	if err != nil {
		return 0, err
	}
	ack, err := c.publish(ctx, msg, &revision)
	switch {
	case wrongLast(err):
		return 0, &ConflictError{Kind: "account", Name: a.Tenant + "." + a.ID, Reason: writtenMeanwhile}
	case err != nil:
		return 0, fmt.Errorf("put account %s.%s: %w", a.Tenant, a.ID, err)
	}
	return ack.Sequence, nil
}

const writtenMeanwhile = "somebody else wrote it meanwhile; look at it and try again"

func opened(there deprovision.Account) error {
	return &ConflictError{Kind: "account", Name: there.Tenant + "." + there.ID,
		Reason: "request " + there.Open + " is open on it; it can't be changed before that ends"}
}

// PutAccount adds the record of a service account by compare-and-set. A record that is there and differs is overwritten only when update
// says so, and never while a request is open on it: else a [ConflictError]. An update of a closed record stands for an account that was
// set up anew. What workers write (open, letGo, closed) may not be given; a state left empty means active.
func (c *Client) PutAccount(ctx context.Context, a deprovision.Account, update bool) (Change, error) {
	a, err := checked(a)
	if err != nil {
		return "", err
	}
	name := a.Tenant + "." + a.ID
	there, revision, err := c.account(ctx, a.Tenant, a.ID)
	change := Updated
	switch {
	case errors.Is(err, ErrUnknownAccount):
		change = Added
	case errors.Is(err, ErrUnreadableAccount) && update: // whatever it was, nobody could use it
	case err != nil:
		return "", err
	case reflect.DeepEqual(bare(there), bare(a)):
		return Unchanged, nil
	case !update:
		return "", &ConflictError{Kind: "account", Name: name, Reason: "it is there already and differs; it is overwritten only by an update"}
	case there.Open != "":
		return "", opened(there)
	}
	if _, err := c.putAt(ctx, a, revision); err != nil {
		return "", err
	}
	return change, nil
}

// Accounts lists the records of a tenant's service accounts, those of all tenants when tenant is "", by tenant and id.
func (c *Client) Accounts(ctx context.Context, tenant string) ([]deprovision.Account, error) {
	subject := event.All(event.Accounts)
	if tenant != "" {
		if !deprovision.ValidToken(tenant) {
			return nil, &deprovision.Invalid{Field: "tenant", Value: tenant, Allowed: deprovision.TokenRule}
		}
		subject = event.AccountSubject(tenant, "*")
	}
	byName := map[string]deprovision.Account{} // a record that is written meanwhile comes twice
	for s, err := range c.follow(ctx, feed{stream: accountStream, subject: subject}) {
		if err != nil {
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		a, err := legible(s)
		if err != nil {
			return nil, err
		}
		byName[s.msg.Subject] = a
	}
	return inOrder(byName), nil
}

// inOrder lists records by tenant and id; of none it makes a list, too.
func inOrder(records map[string]deprovision.Account) []deprovision.Account {
	list := slices.AppendSeq(make([]deprovision.Account, 0, len(records)), maps.Values(records))
	slices.SortFunc(list, func(a, b deprovision.Account) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// legible decodes a record of a list, or tells which one can't be read.
func legible(s stored) (deprovision.Account, error) {
	a, err := event.DecodeAccount(s.msg)
	if err != nil {
		err = fmt.Errorf("the record %s: %w (%w)", s.msg.Subject, ErrUnreadableAccount, err)
	}
	return a, err
}

func (c *Client) account(ctx context.Context, tenant, id string) (deprovision.Account, uint64, error) {
	for field, token := range map[string]string{"tenant": tenant, "id": id} {
		if !deprovision.ValidToken(token) {
			return deprovision.Account{}, 0, &deprovision.Invalid{Field: field, Value: token, Allowed: deprovision.TokenRule}
		}
	}
	found, ok, err := c.read(ctx, accountStream, which{Last: event.AccountSubject(tenant, id)})
	if err == nil && !ok {
		err = fmt.Errorf("%s.%s: %w", tenant, id, ErrUnknownAccount)
	}
	if err != nil {
		return deprovision.Account{}, 0, err
	}
	a, err := event.DecodeAccount(found.msg)
	if err != nil {
		return deprovision.Account{}, found.seq, fmt.Errorf("account %s.%s: %w (%w)", tenant, id, ErrUnreadableAccount, err)
	}
	return a, found.seq, nil
}

// checked fills in the state and validates what an operator may write.
func checked(a deprovision.Account) (deprovision.Account, error) {
	const theirs = "nothing: workers write it"
	switch {
	case a.Open != "":
		return a, &deprovision.Invalid{Field: "open", Value: a.Open, Allowed: theirs}
	case len(a.LetGo) > 0:
		return a, &deprovision.Invalid{Field: "letGo", Value: a.LetGo[0], Allowed: theirs}
	case a.Closed != "":
		return a, &deprovision.Invalid{Field: "closed", Value: a.Closed, Allowed: theirs}
	case a.State == "":
		a.State = deprovision.AccountActive
	case a.State == deprovision.AccountClosed:
		return a, &deprovision.Invalid{Field: "state", Value: string(a.State), Allowed: "active; a removal closes an account"}
	}
	return a, a.ValidateInput()
}

// bare is what an operator wrote of a record.
func bare(a deprovision.Account) deprovision.Account {
	a.Open, a.LetGo = "", nil
	if len(a.Recorded) == 0 {
		a.Recorded = nil
	}
	if len(a.Names) == 0 {
		a.Names = nil
	}
	return a
}
