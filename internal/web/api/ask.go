package api

import (
	"net/http"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// asked is the answer to a removal request. The same request again is answered the same.
type asked struct {
	Ref    deprovision.Ref `json:"ref"`
	Digest string          `json:"digest"` // of the request as it is kept
}

// ask publishes a removal request in the name of the token.
func (c *call) ask() error {
	var r deprovision.Request
	if err := c.readBody(&r); err != nil {
		return err
	}
	var err error
	if r.RequestedBy, err = c.identity("requestedBy", r.RequestedBy); err != nil {
		return err
	}
	if err := r.ValidateInput(); err != nil {
		return err
	}
	if err := c.mustSee(r.Tenant); err != nil {
		return err
	}
	receipt, err := c.client().Submit(c.context(), r)
	if err != nil {
		return err
	}
	c.done("ask", "request", r.Ref().Tokens())
	c.w.Header().Set("Location", location(r.Ref()))
	return c.reply(http.StatusAccepted, asked{Ref: receipt.Ref, Digest: receipt.Digest})
}

// identity is who asks or decides: nobody speaks for somebody else.
func (c *call) identity(field, given string) (string, error) {
	if given != "" && given != c.caller.Name {
		return "", forbidden.says("nobody asks or decides in another's name").at(field, c.caller.Name+", or leave it out")
	}
	return c.caller.Name, nil
}

// location is where a request is found.
func location(ref deprovision.Ref) string {
	return Base + "/requests/" + ref.Tenant + "/" + string(ref.Service) + "/" + ref.Request
}
