package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Right is what a token may do.
type Right string

// The rights. None includes another.
const (
	Read    Right = "read"    // look at requests, plans, evidence, accounts and dead letters
	Ask     Right = "ask"     // publish removal requests
	Decide  Right = "decide"  // answer stops, cancel and force
	Operate Right = "operate" // write the records of service accounts, publish dead letters again
)

// Rights lists all rights.
func Rights() []Right { return []Right{Read, Ask, Decide, Operate} }

// Everywhere stands in the list of a token for all tenants.
const Everywhere = "*"

// MinToken is the least length of a token in bytes: nobody guesses one of 32.
const MinToken = 32

// Token is a bearer token, kept as a hash only.
type Token struct {
	Name    string // identity of who holds it, written into requestedBy and decidedBy
	Tenants []string
	May     []Right
	hash    [sha256.Size]byte
}

// NewToken makes a token from its secret. The error is a [deprovision.Invalid] that does not repeat it.
func NewToken(name, secret string, tenants []string, may []Right) (Token, error) {
	if len(secret) < MinToken || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Token{}, &deprovision.Invalid{Field: "token", Allowed: "at least 32 printable ASCII characters without spaces, e.g. from openssl rand -hex 32"}
	}
	return Token{Name: name, Tenants: tenants, May: may, hash: sha256.Sum256([]byte(secret))}, nil
}

// Same reports whether two tokens have one secret.
func (t Token) Same(other Token) bool { return t.hash == other.hash }

// caller is who makes a call.
type caller struct {
	name    string // "" without a token
	tenants []string
	may     []Right
}

// anonymous is whoever calls from this machine without a token.
var anonymous = caller{tenants: []string{Everywhere}, may: []Right{Read}}

func (c caller) can(r Right) bool { return slices.Contains(c.may, r) }

func (c caller) everywhere() bool { return slices.Contains(c.tenants, Everywhere) }

// sees reports whether the caller may know of the tenant at all.
func (c caller) sees(tenant string) bool { return c.everywhere() || slices.Contains(c.tenants, tenant) }

// holds reports whether a text has one of the tokens in it.
func (a *API) holds(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("/?&=\"'\\,;:()[]{}<>", r) }) {
		if len(word) < MinToken {
			continue
		}
		if _, ok := a.holder(word); ok {
			return true
		}
	}
	return false
}

// hide makes a text fit for the log, where no token belongs.
func (a *API) hide(text string) string {
	if a.holds(text) {
		return "a token, hidden"
	}
	return clip(text)
}

// holder finds whose token a secret is. It compares with every token, hash by hash, so that the time it takes tells nothing.
func (a *API) holder(secret string) (caller, bool) {
	hash := sha256.Sum256([]byte(secret))
	found, ok := caller{}, false
	for _, t := range a.o.Tokens {
		if subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1 {
			found, ok = caller{name: t.Name, tenants: t.Tenants, may: t.May}, true
		}
	}
	return found, ok
}
