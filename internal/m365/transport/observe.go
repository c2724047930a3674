package transport

import (
	"errors"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Observer counts calls.
type Observer interface {
	// Called is told of each call that was sent; status 0 means that no answer came. took runs until the headers were there.
	Called(api string, status int, took time.Duration)
	// Throttled is told for how long a service asked to be left alone.
	Throttled(api string, d time.Duration)
}

func (c *chain) observe(req *http.Request, next send) (*http.Response, error) {
	began := time.Now()
	resp, err := next(req)
	took := time.Since(began)
	if c.Observer == nil || callOf(req).refused {
		return resp, err
	}
	var f *deprovision.Failure
	switch {
	case err == nil:
		c.Observer.Called(c.API, resp.StatusCode, took)
		if pause := pauseAfter(req, resp, nil); pause > 0 {
			c.Observer.Throttled(c.API, pause)
		}
	case errors.As(err, &f):
		c.Observer.Called(c.API, f.Status, took)
		if f.RetryAfter > 0 {
			c.Observer.Throttled(c.API, f.RetryAfter)
		}
	default:
		c.Observer.Called(c.API, 0, took)
	}
	return resp, err
}
