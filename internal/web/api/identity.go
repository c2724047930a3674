package api

import (
	"errors"
	"net/http"
	"slices"
)

// Identity is one way of finding out who calls. A worker may have several of them: the first that knows the caller counts.
//
// What it looks at must be something that a browser does not add by itself to a call that another site's page makes, such as a header. Where
// it is a cookie, it has to refuse what does not show that the call comes from a page of ours.
type Identity interface {
	// Way is its name, in one word: whoever wants to sign in is told of it.
	Way() string
	// Who tells who calls. The error is [ErrNothingShown] when the call shows nothing of this kind; any other says in plain words, to be told,
	// why what it shows does not count.
	Who(r *http.Request) (Caller, error)
}

// ErrNothingShown says that a call shows nothing that an [Identity] looks at.
var ErrNothingShown = errors.New("the call shows nothing of this kind")

// Caller is who makes a call, and what they may.
type Caller struct {
	Name    string   // written into requestedBy and decidedBy, and shown; "" where nobody is known
	Tenants []string // aliases, or [Everywhere]
	May     []Right
}

// anonymous is whoever calls from this machine and shows nothing.
var anonymous = Caller{Tenants: []string{Everywhere}, May: []Right{Read}}

func (c Caller) can(r Right) bool { return slices.Contains(c.May, r) }

func (c Caller) everywhere() bool { return slices.Contains(c.Tenants, Everywhere) }

// sees reports whether the caller may know of the tenant at all.
func (c Caller) sees(tenant string) bool { return c.everywhere() || slices.Contains(c.Tenants, tenant) }

// who asks each way in turn. Whoever shows something is held to it: that nobody knows it is not passed over.
func (a *API) who(r *http.Request) (Caller, error) {
	nobody := ErrNothingShown
	for _, way := range a.ways {
		who, err := way.Who(r)
		switch {
		case err == nil:
			return who, nil
		case errors.Is(nobody, ErrNothingShown): // the first that was shown something says why it does not count
			nobody = err
		}
	}
	return Caller{}, nobody
}
