package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// removalOrder is the order in which the accounts of a tenant are asked for; the help of request says why.
var removalOrder = []deprovision.Service{deprovision.ExchangeOnlineInline, deprovision.ExchangeOnline, deprovision.SharePointOnline, deprovision.OneDrive,
	deprovision.Teams, deprovision.TeamsChat}

func (a *app) requestAll(cmd *cobra.Command, r asking) error {
	if used := changed(cmd, "account", "app-id", "product", "plan", "resume-of"); used != "" {
		return &usageError{fmt.Errorf("--%s is about one account; --all asks for many", used)}
	}
	batch := r.ID
	if batch == "" {
		batch = newBatch()
	}
	if !deprovision.ValidToken(batch) {
		return &deprovision.Invalid{Field: "id", Value: batch, Allowed: deprovision.TokenRule}
	}
	for _, service := range append(services(r.services), removalOrder[:1]...) { // before anything is connected
		if err := r.of(deprovision.Account{ID: "a", Service: service}, batch).ValidateInput(); err != nil {
			return err
		}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	accounts, err := a.removable(cmd.Context(), c, r, batch)
	if err != nil {
		return err
	}
	members, err := a.submitAll(cmd.Context(), c, r, batch, accounts)
	err = errors.Join(a.printMembers(members), err)
	if err != nil {
		return err
	}
	n := counted(members)
	if err := a.printBatch(r, batch, members); err != nil {
		return err
	}
	if refused := n[resultRefused]; refused > 0 {
		return &refusedError{fmt.Sprintf("%d of %s; another --id makes other requests", refused, number(len(members), "request"))}
	}
	if !r.wait || n[resultStored]+n[resultThere] == 0 {
		return nil
	}
	ctx, cancel := a.whole(cmd)
	defer cancel()
	return a.watchBatch(ctx, r.Tenant, batch, watching{strict: r.strict})
}

// newBatch is short enough to stand before the id of an account: the time in milliseconds and 12 random bits.
func newBatch() string { return client.NewID()[:len("00000000-0000-7000")] }

// of is the request for one account.
func (r asking) of(account deprovision.Account, batch string) deprovision.Request {
	one := r.Request
	one.ID, one.Service, one.Account, one.Product = batch+"-"+account.ID, account.Service, account.ID, account.Product
	return one
}

// removable lists the accounts that a batch is about, in the order of their removal: active ones, and those that the same batch closed before.
func (a *app) removable(ctx context.Context, c *client.Client, r asking, batch string) ([]deprovision.Account, error) {
	all, err := c.Accounts(ctx, r.Tenant)
	if err != nil {
		return nil, err
	}
	wanted := services(r.services)
	out := slices.DeleteFunc(all, func(account deprovision.Account) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, account.Service) ||
			account.State == deprovision.AccountClosed && account.Closed != r.of(account, batch).ID
	})
	if len(out) == 0 {
		return nil, fmt.Errorf("an active account of tenant %s, of the services asked for: %w", r.Tenant, client.ErrUnknownAccount)
	}
	slices.SortStableFunc(out, func(a, b deprovision.Account) int {
		return cmp.Or(cmp.Compare(slices.Index(removalOrder, a.Service), slices.Index(removalOrder, b.Service)),
			cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.ID, b.ID))
	})
	for _, account := range out { // all of them before the first is sent
		if err := r.of(account, batch).ValidateInput(); err != nil {
			return nil, fmt.Errorf("account %s: %w", account.ID, err)
		}
	}
	return out, nil
}

func rank(k deprovision.Kind) int {
	if k == deprovision.Delegate {
		return 0
	}
	return 1
}

// submitAll submits a request for each account on which no other one is open or queued. With an error it returns what was done before.
func (a *app) submitAll(ctx context.Context, c *client.Client, r asking, batch string, accounts []deprovision.Account) ([]member, error) {
	queue, err := c.Queue(ctx, r.Tenant)
	if err != nil {
		return nil, err
	}
	queued := map[string]string{}
	for _, q := range queue {
		queued[q.Request.Account] = q.Request.ID
	}
	var out []member
	for _, account := range accounts {
		one := r.of(account, batch)
		m := member{Batch: batch, Account: account.ID, Service: account.Service, Kind: account.Kind, Request: one.Ref().Tokens()}
		m.Result, m.Detail = skip(account, one, queued[account.ID])
		switch m.Result {
		case resultSkipped:
			m.Request = ""
		case "":
			if m.Result, m.Detail, err = submitOne(ctx, c, one); err != nil {
				return out, fmt.Errorf("%w; the same with --id %s goes on", err, batch)
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// skip tells why no request is sent for an account; "" when one is to be.
func skip(account deprovision.Account, one deprovision.Request, queued string) (result, detail string) {
	switch {
	case account.State == deprovision.AccountClosed:
		return resultThere, "the same request closed the account already"
	case account.Open != "" && account.Open != one.ID:
		return resultSkipped, "request " + account.Open + " is open on it"
	case queued != "" && queued != one.ID:
		return resultSkipped, "request " + queued + " is queued for it"
	}
	return "", ""
}

func submitOne(ctx context.Context, c *client.Client, one deprovision.Request) (result, detail string, err error) {
	receipt, err := c.Submit(ctx, one)
	if conflict, ok := errors.AsType[*client.ConflictError](err); ok {
		return resultRefused, conflict.Reason, nil
	}
	if err != nil {
		return "", "", err
	}
	if receipt.Duplicate {
		return resultThere, became(receipt), nil
	}
	return resultStored, became(receipt), nil
}

func services(names []string) []deprovision.Service {
	out := make([]deprovision.Service, len(names))
	for i, name := range names {
		out[i] = deprovision.Service(name)
	}
	return out
}
