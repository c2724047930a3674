package api

import (
	"errors"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/timeline"
	"github.com/deprovisioner/deprovisioner/pkg/client"
)

// getTimeline answers with what a small picture of a request shows, drawn from all of its events.
func (c *call) getTimeline() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	var d timeline.Drawer
	for e, err := range c.client().Entries(c.context(), ref) {
		if errors.Is(err, client.ErrUnknownRequest) { // it may be queued
			return c.queuedTimeline()
		}
		if err != nil {
			return stored(err)
		}
		d.Add(e.Event)
	}
	return c.reply(http.StatusOK, d.Timeline())
}

// queuedTimeline is that of a request that no worker has taken: somebody asked.
func (c *call) queuedTimeline() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	queued, err := c.client().Queued(c.context(), ref)
	if err != nil {
		return stored(err)
	}
	return c.reply(http.StatusOK, timeline.Queued(queued.Request, queued.At))
}
