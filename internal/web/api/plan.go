package api

import "net/http"

// getPlan answers with the plan that a request is on, whole.
func (c *call) getPlan() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	plan, err := c.client().Plan(c.context(), ref)
	if err != nil {
		return stored(err)
	}
	c.w.Header().Set("Etag", `"`+plan.Digest()+`"`)
	return c.reply(http.StatusOK, plan)
}
