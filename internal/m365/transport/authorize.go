package transport

import (
	"context"
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
	if err != nil && deprovision.ClassOf(err) == deprovision.Forbidden {
		c.Tokens.Forget(token)
	}
	return resp, err
}
