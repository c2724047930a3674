package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// state is a request as its journal has it, or as it lies in the queue.
type state struct {
	Queued   bool                  `json:"queued"`
	At       time.Time             `json:"at"`                 // when this was stored
	Revision uint64                `json:"revision,omitempty"` // of the last event
	Progress *deprovision.Progress `json:"progress,omitempty"`
	Request  *deprovision.Request  `json:"request,omitempty"` // while it is queued

	Seal      string `json:"seal,omitempty"`      // of a request that has ended: the chain value of its last event; "" where an older worker wrote that
	Signature string `json:"signature,omitempty"` // of the seal, where the worker has a key
}

// getRequest answers with the last event of the journal, the truth, and not with the picture.
func (c *call) getRequest() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	s, err := c.look(ref)
	if err != nil {
		return err
	}
	if !s.Queued {
		c.w.Header().Set("Etag", etag(s.Revision))
	}
	return c.reply(http.StatusOK, s)
}

// look finds a request in its journal or in the queue. It may move from there to here between two looks.
func (c *call) look(ref deprovision.Ref) (state, error) {
	for again := false; ; again = true {
		last, err := c.client().Last(c.context(), ref)
		if err == nil {
			s := state{At: last.At, Revision: last.Revision, Progress: &last.Progress}
			if last.Progress.Status.Terminal() {
				s.Seal, s.Signature = last.Chain, last.Signature
			}
			return s, nil
		}
		if again || !errors.Is(err, client.ErrUnknownRequest) {
			return state{}, stored(err)
		}
		queued, err := c.client().Queued(c.context(), ref)
		if err == nil {
			return state{Queued: true, At: queued.At, Request: &queued.Request}, nil
		}
		if !errors.Is(err, client.ErrUnknownRequest) {
			return state{}, stored(err)
		}
	}
}

func etag(revision uint64) string { return `"` + strconv.FormatUint(revision, 10) + `"` }
