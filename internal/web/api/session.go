package api

import (
	"net/http"
	"slices"
)

// session is who the caller is to this worker.
type session struct {
	Name       string   `json:"name,omitempty"` // "" where nobody is known
	May        []Right  `json:"may"`
	Tenants    []string `json:"tenants"`    // that the worker has and the caller may see
	Everywhere bool     `json:"everywhere"` // whatever tenants there will be
	SignIn     []string `json:"signIn"`     // the ways of becoming known
}

func (c *call) getSession() error {
	out := session{Name: c.caller.Name, May: []Right{}, Tenants: c.tenants(), Everywhere: c.caller.everywhere(), SignIn: []string{}}
	for _, right := range Rights() { // in their order
		if c.caller.can(right) {
			out.May = append(out.May, right)
		}
	}
	for _, way := range c.api.ways {
		if none, ok := way.(tokens); ok && len(none) == 0 { // whatever is shown, it is none of this worker's
			continue
		}
		if !slices.Contains(out.SignIn, way.Way()) {
			out.SignIn = append(out.SignIn, way.Way())
		}
	}
	return c.reply(http.StatusOK, out)
}
