package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// readBody reads the body into what it is to hold: strictly, so that a misspelt member is refused and not passed over.
func (c *call) readBody(into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, event.MaxMessage))
	if _, long := errors.AsType[*http.MaxBytesError](err); err != nil && !long {
		p := invalid.says("the body did not come whole, or not in time").at("body", "as long as its headers say, within ten seconds")
		p.cause = err
		return p
	}
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if c.api.holds(string(body)) {
		return invalid.says("a token of this worker stands in the body").at("body", "no secrets")
	}
	return decode(body, into)
}

// decode reads a body. What looks like a secret is refused before anything else is said about it.
func decode(body []byte, into any) error {
	if err := event.NoSecret(body); err != nil {
		return err
	}
	return strictly(body, into)
}

func bodyTooLarge(limit int64) *Problem {
	allowed := fmt.Sprintf("at most %d bytes", limit)
	return tooLarge.says("the body may have "+allowed).at("size", allowed)
}
