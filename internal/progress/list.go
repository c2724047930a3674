package progress

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	looks        = 2000 // members that one script looks at: a millisecond or two in which the server does nothing else
)

// List returns one page of the requests that the filter selects, those that started last first. Paging neither repeats nor misses a
// request that is selected all the while. A field or cursor that cannot be is a [deprovision.Invalid].
func (p *Picture) List(ctx context.Context, f engine.Filter) (engine.Page, error) {
	limit, from, err := check(f)
	if err != nil {
		return engine.Page{}, err
	}
	sets := p.sets(f)
	var page engine.Page
	for from != "" && len(page.Requests) <= limit { // one more than the page tells whether another follows
		members, next, err := p.walk(ctx, sets, from, limit+1-len(page.Requests))
		if err != nil {
			return engine.Page{}, fmt.Errorf("list: %w", err)
		}
		states, err := p.documents(ctx, tokensOf(members))
		if err != nil {
			return engine.Page{}, fmt.Errorf("list: %w", err)
		}
		for _, s := range states {
			if selects(f, s) { // a document may be newer than its indexes
				page.Requests = append(page.Requests, s)
			}
		}
		from = next
	}
	if len(page.Requests) > limit {
		page.Requests = page.Requests[:limit]
		page.Next = cursorOf(memberOf(page.Requests[limit-1]))
	}
	return page, nil
}

// check returns the page's size, and where it begins.
func check(f engine.Filter) (limit int, from string, err error) {
	switch {
	case f.Limit < 0 || f.Limit > maxLimit:
		return 0, "", &deprovision.Invalid{Field: "limit", Value: strconv.Itoa(f.Limit), Allowed: "1 to 1000; 0 means 100"}
	case f.Tenant != "" && !deprovision.ValidToken(f.Tenant):
		return 0, "", &deprovision.Invalid{Field: "tenant", Allowed: deprovision.TokenRule}
	case f.Account != "" && !deprovision.ValidToken(f.Account):
		return 0, "", &deprovision.Invalid{Field: "account", Allowed: deprovision.TokenRule}
	case f.Status != "" && !deprovision.ValidToken(string(f.Status)):
		return 0, "", &deprovision.Invalid{Field: "status", Allowed: "a status of a progress document"}
	case f.Service != "":
		if err := f.Service.Validate(); err != nil {
			return 0, "", err
		}
	}
	limit, from = f.Limit, newest
	if limit == 0 {
		limit = defaultLimit
	}
	if f.After != "" {
		member, err := decodeCursor(f.After)
		if err != nil {
			return 0, "", err
		}
		from = "(" + member
	}
	return limit, from, nil
}

// sets names the sorted sets that have all the selected requests in common.
func (p *Picture) sets(f engine.Filter) []string {
	var sets []string
	for _, s := range []struct{ index, value string }{
		{"tenant:", f.Tenant}, {"service:", string(f.Service)}, {"account:", f.Account}, {"status:", string(f.Status)},
	} {
		if s.value != "" {
			sets = append(sets, p.keys.index()+s.index+s.value)
		}
	}
	if f.Open {
		sets = append(sets, p.keys.index()+"open")
	}
	if len(sets) == 0 {
		sets = append(sets, p.keys.index()+"all")
	}
	return sets
}

func selects(f engine.Filter, s deprovision.Progress) bool {
	return (f.Tenant == "" || f.Tenant == s.Request.Tenant) && (f.Service == "" || f.Service == s.Request.Service) &&
		(f.Account == "" || f.Account == s.Request.Account) && (f.Status == "" || f.Status == s.Status) &&
		(!f.Open || !s.Status.Terminal())
}

// newest is where a walk begins that has no cursor.
const newest = "+"

// walk collects up to want members that all sets have, from a place on. next is where to go on; "" at the end.
func (p *Picture) walk(ctx context.Context, sets []string, from string, want int) (members []string, next string, err error) {
	var reply any
	if err := p.bounded(ctx, listScript, call{keys: sets, args: []any{from, want, looks}}, &reply); err != nil {
		return nil, "", err
	}
	list, _ := reply.([]any)
	if len(list) == 0 {
		return nil, "", fmt.Errorf("script list: unexpected reply %T", reply)
	}
	for _, m := range list {
		text, _ := m.(string)
		members = append(members, text)
	}
	if members[0] != "" {
		next = "(" + members[0]
	}
	return members[1:], next, nil
}

// tokensOf returns the request's tokens of each member.
func tokensOf(members []string) []string {
	tokens := make([]string, len(members))
	for i, m := range members {
		_, tokens[i], _ = strings.Cut(m, " ")
	}
	return tokens
}
