package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

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

// MaxName is the most that a name may have, in bytes: as much as requestedBy and decidedBy.
const MaxName = 200

// NewToken makes a token from its secret. The error is a [deprovision.Invalid] that does not repeat it. The name is shown to whoever reads:
// it may not hold the secret, nor look like one.
func NewToken(name, secret string, tenants []string, may []Right) (Token, error) {
	if name == "" || len(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) || deprovision.LooksSecret(name) ||
		secret != "" && strings.Contains(name, secret) {
		return Token{}, &deprovision.Invalid{Field: "name", Allowed: "who holds the token, in at most 200 bytes of one line, and no secret: it is shown"}
	}
	if len(secret) < MinToken || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Token{}, &deprovision.Invalid{Field: "token", Allowed: "at least 32 printable ASCII characters without spaces, e.g. from openssl rand -hex 32"}
	}
	return Token{Name: name, Tenants: tenants, May: may, hash: sha256.Sum256([]byte(secret))}, nil
}

// Same reports whether two tokens have one secret.
func (t Token) Same(other Token) bool { return t.hash == other.hash }

// tokens are those of this worker: the first way of finding out who calls.
type tokens []Token

// Way implements [Identity].
func (tokens) Way() string { return "token" }

// Who implements [Identity]. A second Authorization header is no help: nobody says which one counts.
func (t tokens) Who(r *http.Request) (Caller, error) {
	shown := r.Header.Values("Authorization")
	if len(shown) == 0 {
		return Caller{}, ErrNothingShown
	}
	kind, secret, _ := strings.Cut(shown[0], " ")
	who, ok := t.holder(strings.TrimSpace(secret))
	if !ok || len(shown) > 1 || !strings.EqualFold(kind, "Bearer") {
		return Caller{}, errors.New("the Authorization header holds no token of this worker's")
	}
	return who, nil
}

// holder finds whose token a secret is. It compares with every token, hash by hash, so that the time it takes tells nothing.
func (t tokens) holder(secret string) (Caller, bool) {
	hash := sha256.Sum256([]byte(secret))
	found, ok := Caller{}, false
	for _, one := range t {
		if subtle.ConstantTimeCompare(hash[:], one.hash[:]) == 1 {
			found, ok = Caller{Name: one.Name, Tenants: one.Tenants, May: one.May}, true
		}
	}
	return found, ok
}

// holds reports whether a text has one of the tokens in it.
func (a *API) holds(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("/?&=\"'\\,;:()[]{}<>", r) }) {
		if len(word) < MinToken {
			continue
		}
		if _, ok := tokens(a.o.Tokens).holder(word); ok {
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
