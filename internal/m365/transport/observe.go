package transport

import (
	"errors"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Observer counts calls.
type Observer interface {
	// Called is told of each call that was sent; status 0 means that no answer came.
	Called(api string, status int)
	// Throttled is told for how long a service asked to be left alone.
	Throttled(api string, d time.Duration)
}

func (c *chain) observe(req *http.Request, next send) (*http.Response, error) {
	resp, err := next(req)
	if c.Observer == nil || callOf(req).refused {
		return resp, err
	}
	var f *deprovision.Failure
	switch {
	case err == nil:
		c.Observer.Called(c.API, resp.StatusCode)
	case errors.As(err, &f):
		c.Observer.Called(c.API, f.Status)
		if f.Class == deprovision.Throttled {
			c.Observer.Throttled(c.API, f.RetryAfter)
		}
	default:
		c.Observer.Called(c.API, 0)
	}
	return resp, err
}
