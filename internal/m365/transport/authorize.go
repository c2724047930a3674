package transport

import (
	"context"
	"errors"
	"net/http"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Tokens hands out access tokens for one service.
type Tokens interface {
	// Token returns a token that is valid for some minutes more. Its errors are Failures of the API "login".
	Token(ctx context.Context) (string, error)
	// Forget says that the service refused this token, so that the next one is a new one: rights ride in tokens.
	Forget(token string)
}

// authorize puts the token on the call.
func (c *chain) authorize(req *http.Request, next send) (*http.Response, error) {
	if c.Tokens == nil {
		return next(req)
	}
	token, err := c.Tokens.Token(req.Context())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := next(req)
	if err == nil {
		if inside := callOf(req).inside; inside.refused() {
			c.Tokens.Forget(token)
			if good := c.good.Load(); good != nil && *good == token {
				inside.excuse()
			}
		} else {
			c.good.Store(&token)
		}
		return resp, nil
	}
	f, ok := errors.AsType[*deprovision.Failure](err)
	if !ok || f.Class != deprovision.Forbidden {
		return resp, err
	}
	if f.Status == http.StatusLocked {
		return resp, err // whoever asks
	}
	c.Tokens.Forget(token)
	if good := c.good.Load(); f.Status == http.StatusUnauthorized && good != nil && *good == token {
		f.Class = deprovision.Transient // it was revoked before its time: the next call comes with a new one
	}
	return resp, err
}
