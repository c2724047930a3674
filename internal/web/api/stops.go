package api

import (
	"net/http"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stop is what is known beforehand of a stop.
type stop struct {
	Name   string             `json:"name"`
	Why    string             `json:"why"`
	Offers []deprovision.Verb `json:"offers"` // that it may offer; those that it does offer stand in progress.stop.offers
}

type stops struct {
	Stops []stop `json:"stops"`
}

// listStops answers with all stops, in the order in which a request may meet them.
func (c *call) listStops() error {
	var list stops
	for _, s := range deprovision.Stops() {
		list.Stops = append(list.Stops, stop(s))
	}
	return c.reply(http.StatusOK, list)
}
