package token

import (
	"context"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	reserve  = 5 * time.Minute // a token is renewed this long before it ends
	youngest = time.Minute     // a token younger than this is not forgotten: a new one would say the same
)

// Scoped hands out the tokens of a source for one scope. It is safe for concurrent use.
type Scoped struct {
	source *Source
	scope  string
	turn   chan struct{} // held by who looks at or changes what follows; a channel, so that waiting ends with the context
	grant  grant
}

// Token returns a token that is valid for some minutes more. Only one caller fetches at a time; the others wait for its token. A token
// that still runs is used when a new one cannot be had for the moment.
func (t *Scoped) Token(ctx context.Context) (string, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", &deprovision.Failure{Class: deprovision.Transient, API: "login", Call: "wait for a token", Err: ctx.Err()}
	}
	left := t.grant.expiry.Sub(t.source.options.Now())
	if left > reserve || left > 0 && left > t.grant.expiry.Sub(t.grant.fetched)/2 { // the latter: tokens that never last that long
		return t.grant.token, nil
	}
	fresh, err := t.source.fetch(ctx, t.scope)
	if err == nil {
		t.grant = fresh
		return fresh.token, nil
	}
	if class := deprovision.ClassOf(err); left > youngest && (class == deprovision.Transient || class == deprovision.Throttled) {
		return t.grant.token, nil
	}
	return "", err
}

// Forget drops a token that a service refused, and the sign-in behind it: the rights of an identity are written into its tokens, and
// the libraries below keep tokens too.
func (t *Scoped) Forget(token string) {
	t.turn <- struct{}{} // a fetch under way ends with its own context
	defer func() { <-t.turn }()
	if t.grant.token != token || t.source.options.Now().Sub(t.grant.fetched) < youngest {
		return
	}
	t.grant = grant{}
	t.source.drop()
}
