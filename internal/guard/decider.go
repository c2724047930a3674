package guard

import (
	"fmt"
	"path"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Deciders says who may decide about the removals of a tenant. Its zero value leaves that to who may publish decisions at all. Names are compared
// trimmed and without regard to case; they are the senders' own word.
type Deciders struct {
	Names        []string // patterns with *; none means everybody
	SecondPerson bool     // who asked may not confirm, approve or force
}

// May tells why a decision about a request does not count; "" when it does.
func (d Deciders) May(r deprovision.Request, x deprovision.Decision) string {
	by := strings.TrimSpace(x.DecidedBy)
	switch {
	case by == "" && (d.SecondPerson || len(d.Names) > 0):
		return "it does not say who decides"
	case len(d.Names) > 0 && !Matches(d.Names, by):
		return fmt.Sprintf("%s may not decide in the tenant %s: see policy.deciders in the worker's configuration", by, r.Tenant)
	case d.SecondPerson && consents(x.Verb) && strings.EqualFold(by, strings.TrimSpace(r.RequestedBy)):
		return fmt.Sprintf("%s asked for this removal, so that another person has to %s: see policy.secondPerson in the worker's configuration", by, x.Verb)
	}
	return ""
}

// MayAlone tells why what a request itself confirms does not count; "" when who asked may confirm as well.
func (d Deciders) MayAlone(r deprovision.Request) string {
	return d.May(r, deprovision.Decision{Verb: deprovision.Confirm, DecidedBy: r.RequestedBy})
}

// consents reports whether a verb lets something happen that nobody can take back.
func consents(v deprovision.Verb) bool {
	return v == deprovision.Confirm || v == deprovision.Approve || v == deprovision.Force
}

// plain makes a name one that [path.Match] takes for a single element: to it a slash is a border that * does not cross.
func plain(name string) string { return strings.ReplaceAll(strings.ToLower(name), "/", "\x00") }

// Matches reports whether a name fits one of the patterns, without regard to case. A pattern that is none fits nobody.
func Matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if ok, err := path.Match(plain(pattern), plain(name)); err == nil && ok {
			return true
		}
	}
	return false
}
