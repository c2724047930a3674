package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// getEvidence answers with the bundle of a request, which can be verified without any connection.
func (c *call) getEvidence() error { return c.download(evidence.Collect, ".jsonl") }

// getReport answers with the same as a page for people.
func (c *call) getReport() error { return c.download(evidence.CollectReport, ".html") }

type collect func(context.Context, *client.Client, deprovision.Ref, io.Writer, evidence.Options) (evidence.Summary, error)

// download answers with what is collected while it is collected. Once it has begun, the only way to tell an error is to break off: what came until
// then is no bundle.
func (c *call) download(made collect, ending string) error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	out := &download{call: c, control: http.NewResponseController(c.w), name: ref.Tokens() + ending}
	_, err = made(c.context(), c.client(), ref, out, evidence.Options{By: "worker API"})
	switch {
	case err == nil:
		return nil
	case !out.begun:
		return stored(err)
	case c.r.Context().Err() == nil:
		c.api.o.Log.WarnContext(c.r.Context(), "evidence broke off", "path", clip(c.r.URL.Path), "caller", c.caller.Name, "error", err)
	}
	panic(http.ErrAbortHandler)
}

// download is the body of an answer that begins with its first byte, and whose reader has a while for each piece.
type download struct {
	call    *call
	control *http.ResponseController
	name    string
	begun   bool
}

// Write sends a piece.
func (d *download) Write(piece []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.call.w.Header()
		guarded(h)
		h.Set("Content-Type", d.call.route.media)
		h.Set("Content-Disposition", `inline; filename="`+d.name+`"`) // names of a request are tokens
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox")
		d.call.w.WriteHeader(http.StatusOK)
	}
	if err := d.control.SetWriteDeadline(time.Now().Add(d.call.api.o.slow)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return d.call.w.Write(piece)
}
