package engine

import (
	"context"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// View is the current picture of all requests. It answers queries and feeds the sweeper; the loop never reads it to decide.
type View interface {
	// Get returns the newest known state of a request; ok is false when the picture has none.
	Get(ctx context.Context, ref deprovision.Ref) (state deprovision.Progress, ok bool, err error)
	// List returns one page, newest first.
	List(ctx context.Context, filter Filter) (Page, error)
	// Open calls yield for every request that has not ended, until it returns false.
	Open(ctx context.Context, yield func(deprovision.Progress) bool) error
}

// Filter selects requests; an empty field selects all.
type Filter struct {
	Tenant  string
	Service deprovision.Service
	Account string
	Status  deprovision.Status
	Open    bool   // only requests that have not ended
	Limit   int    // rows of a page, 1 to 1000; 0 means 100
	After   string // cursor of the page before; "" for the first
}

// Page is a part of a list.
type Page struct {
	Requests []deprovision.Progress
	Next     string // cursor of the next page; "" on the last
}
