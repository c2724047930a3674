package api

import (
	"net/http"
	"strconv"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// artifacts is a page of what became of each artifact, in the order of the journal.
type artifacts struct {
	Evidence []deprovision.Evidence `json:"evidence"`
	Next     string                 `json:"next,omitempty"`
}

// listArtifacts pages by number: what is in a journal stays where it is.
func (c *call) listArtifacts() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	limit, err := c.limit()
	if err != nil {
		return err
	}
	skip, err := c.numbered("artifacts")
	if err != nil {
		return err
	}
	page, n := artifacts{Evidence: []deprovision.Evidence{}}, uint64(0)
	for found, err := range c.client().Evidence(c.context(), ref) {
		if err != nil {
			return stored(err)
		}
		if len(page.Evidence) == limit {
			page.Next = cursor("artifacts", strconv.FormatUint(n, 10))
			break
		}
		if n++; n > skip {
			page.Evidence = append(page.Evidence, found)
		}
	}
	c.link(page.Next)
	return c.reply(http.StatusOK, page)
}
