package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// listRequests answers with a page of the workers' picture, newest first. Whoever may see several tenants but not all, and names none, gets
// one tenant after the other.
func (c *call) listRequests() error {
	f := query.Filter{Tenant: c.query.Get("tenant"), Service: deprovision.Service(c.query.Get("service")), Account: c.query.Get("account"),
		Status: deprovision.Status(c.query.Get("status"))}
	var err error
	if f.Limit, err = c.limit(); err != nil {
		return err
	}
	if f.Open, err = c.flag("open"); err != nil {
		return err
	}
	if err := f.Validate(); err != nil {
		return err
	}
	var unknown error
	if f.Tenant != "" {
		if unknown = c.mustSee(f.Tenant); unknown != nil && !c.caller.everywhere() {
			return unknown
		}
	}
	place, err := c.place("requests")
	if err != nil {
		return err
	}
	page, err := c.rows(f, place)
	if err != nil {
		return err
	}
	if unknown != nil && len(page.Requests) == 0 {
		if err := c.mustBeListed(f.Tenant, unknown); err != nil {
			return err
		}
	}
	c.link(page.Next)
	return c.reply(http.StatusOK, page)
}

// mustBeListed is [call.mustBeStored] for the requests of a tenant.
func (c *call) mustBeListed(tenant string, unknown error) error {
	page, err := c.client().List(c.context(), query.Filter{Tenant: tenant, Limit: 1})
	if err == nil && len(page.Requests) == 0 {
		return unknown
	}
	return err
}

// rows asks for a page. Its cursor holds the tenant, and the place in the workers' list.
func (c *call) rows(f query.Filter, place string) (query.Page, error) {
	tenants := []string{f.Tenant}
	if f.Tenant == "" && !c.caller.everywhere() {
		tenants = c.tenants()
	}
	if len(tenants) == 0 {
		return query.Page{Requests: []query.Summary{}}, nil
	}
	tenant, after, _ := strings.Cut(place, "\n")
	at := slices.Index(tenants, tenant)
	switch {
	case place == "":
		at = 0
	case at < 0:
		return query.Page{}, badCursor()
	}
	f.Tenant, f.After = tenants[at], after
	page, err := c.client().List(c.context(), f)
	if err != nil {
		return page, err
	}
	if page.Requests == nil {
		page.Requests = []query.Summary{}
	}
	switch {
	case page.Next != "":
		page.Next = cursor("requests", f.Tenant+"\n"+page.Next)
	case at+1 < len(tenants):
		page.Next = cursor("requests", tenants[at+1]+"\n")
	}
	return page, nil
}

// flag reads a parameter that is true or false.
func (c *call) flag(name string) (bool, error) {
	switch value := c.query.Get(name); {
	case !c.query.Has(name), value == "false":
		return false, nil
	case value == "true":
		return true, nil
	default:
		return false, &deprovision.Invalid{Field: name, Value: clip(value), Allowed: "true or false"}
	}
}
