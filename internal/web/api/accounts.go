package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// accounts is a page of records, by id, and how many there are on all pages: whoever wants only the number asks for one row.
type accounts struct {
	Accounts []deprovision.Account `json:"accounts"`
	Total    int                   `json:"total"`
	InUse    int                   `json:"inUse"` // those that are not closed
	Next     string                `json:"next,omitempty"`
}

func (c *call) listAccounts() error {
	limit, err := c.limit()
	if err != nil {
		return err
	}
	after, err := c.place("accounts")
	if err != nil {
		return err
	}
	all, err := c.api.rosters[c.r.PathValue("tenant")].Accounts(c.context())
	if err != nil {
		return stored(err)
	}
	page := accounts{Accounts: []deprovision.Account{}, Total: len(all)}
	for _, a := range all {
		if a.State != deprovision.AccountClosed {
			page.InUse++
		}
	}
	first, found := slices.BinarySearchFunc(all, after, func(a deprovision.Account, id string) int { return strings.Compare(a.ID, id) })
	if found {
		first++
	}
	page.Accounts = append(page.Accounts, all[first:min(first+limit, len(all))]...)
	if first+limit < len(all) {
		page.Next = cursor("accounts", page.Accounts[limit-1].ID)
	}
	c.link(page.Next)
	return c.reply(http.StatusOK, page)
}

func (c *call) getAccount() error {
	a, revision, err := c.client().AccountAt(c.context(), c.r.PathValue("tenant"), c.r.PathValue("account"))
	if err != nil {
		return err
	}
	c.w.Header().Set("Etag", etag(revision))
	return c.reply(http.StatusOK, a)
}

// cautions are what is to be known before the removal of an account is asked for.
type cautions struct {
	Known    bool                  `json:"known"` // whether a footprint describes the account's product and service
	Cautions []deprovision.Caution `json:"cautions"`
}

func (c *call) listCautions() error {
	a, _, err := c.client().AccountAt(c.context(), c.r.PathValue("tenant"), c.r.PathValue("account"))
	if err != nil {
		return err
	}
	list := cautions{Cautions: []deprovision.Caution{}}
	if c.api.o.Cautions != nil {
		found, ok := c.api.o.Cautions(a)
		list.Known, list.Cautions = ok, append(list.Cautions, found...)
	}
	return c.reply(http.StatusOK, list)
}

// put is the answer to a record that was put.
type put struct {
	Account deprovision.Account `json:"account"`
	Change  client.Change       `json:"change"`
}

// putAccount adds a record, or replaces the one that the caller has seen.
func (c *call) putAccount() error {
	a := deprovision.Account{}
	if err := c.readBody(&a); err != nil {
		return err
	}
	for _, named := range []struct {
		field string
		given *string
	}{{"tenant", &a.Tenant}, {"id", &a.ID}} {
		path := strings.Replace(named.field, "id", "account", 1)
		if *named.given == "" {
			*named.given = c.r.PathValue(path)
		}
		if *named.given != c.r.PathValue(path) {
			return &deprovision.Invalid{Field: named.field, Value: clip(*named.given), Allowed: "what the path names, or leave it out"}
		}
	}
	change, err := c.put(a)
	if err != nil {
		return err
	}
	now, revision, err := c.client().AccountAt(c.context(), a.Tenant, a.ID)
	if err != nil {
		return err
	}
	c.done("put account", "account", a.Tenant+"."+a.ID, "change", string(change))
	c.w.Header().Set("Etag", etag(revision))
	status := http.StatusOK
	if change == client.Added {
		c.w.Header().Set("Location", c.r.URL.EscapedPath())
		status = http.StatusCreated
	}
	return c.reply(status, put{Account: now, Change: change})
}

func (c *call) put(a deprovision.Account) (client.Change, error) {
	revision, err := c.seen()
	if err != nil {
		return "", err
	}
	if revision == 0 {
		change, err := c.client().PutAccount(c.context(), a, false)
		if there, ok := errors.AsType[*client.ConflictError](err); ok {
			return "", conflict.says(there.Error()+"; show its ETag in If-Match").at("If-Match", "the ETag of the record that is there")
		}
		return change, err
	}
	_, now, err := c.client().AccountAt(c.context(), a.Tenant, a.ID)
	switch {
	case errors.Is(err, client.ErrUnknownAccount):
		return "", moved.says("there is no such record")
	case err != nil && !errors.Is(err, client.ErrUnreadableAccount):
		return "", err
	case now != revision:
		return "", moved.says("the record was written since").at("If-Match", etag(now))
	}
	_, err = c.client().ReplaceAccount(c.context(), a, revision)
	return client.Updated, c.raced(a.Tenant, a.ID, revision, err)
}

// raced words a conflict: where it is that the record has another revision than the one that was seen, its ETag is told.
func (c *call) raced(tenant, id string, seen uint64, err error) error {
	if _, refused := errors.AsType[*client.ConflictError](err); refused && seen != 0 {
		if _, now, unread := c.client().AccountAt(c.context(), tenant, id); unread == nil && now != seen {
			return moved.says("the record was written since").at("If-Match", etag(now))
		}
	}
	return err
}

// seen is the revision of the record that the caller has seen, by If-Match; 0 where none is given.
func (c *call) seen() (uint64, error) {
	tag := c.r.Header.Get("If-Match")
	if tag == "" {
		return 0, nil
	}
	revision, err := strconv.ParseUint(strings.Trim(tag, `"`), 10, 64)
	if err != nil || revision == 0 || tag != etag(revision) {
		return 0, &deprovision.Invalid{Field: "If-Match", Value: clip(tag), Allowed: `the ETag of the record, e.g. "12" with its quotes`}
	}
	return revision, nil
}

// amendAccount adds to a record, which stays that of the same account.
func (c *call) amendAccount() error {
	var what client.Amendment
	if err := c.readBody(&what); err != nil {
		return err
	}
	var err error
	if what.Revision, err = c.seen(); err != nil {
		return err
	}
	tenant, id := c.r.PathValue("tenant"), c.r.PathValue("account")
	_, change, err := c.client().AmendAccount(c.context(), tenant, id, what)
	if err != nil {
		return c.raced(tenant, id, what.Revision, err)
	}
	now, revision, err := c.client().AccountAt(c.context(), tenant, id)
	if err != nil {
		return err
	}
	c.done("amend account", "account", tenant+"."+id, "change", string(change))
	c.w.Header().Set("Etag", etag(revision))
	return c.reply(http.StatusOK, put{Account: now, Change: change})
}
