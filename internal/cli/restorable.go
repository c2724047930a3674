package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// restorable says of how many removed artifacts the tenant keeps something, and until when.
type restorable struct {
	Artifacts int       `json:"artifacts"`
	First     time.Time `json:"first"` // when the first of them is gone for good
	Last      time.Time `json:"last"`
}

// String words it for a person.
func (r restorable) String() string {
	if r.First.Equal(r.Last) {
		return fmt.Sprintf("%s until %s", number(r.Artifacts, "artifact"), stamp(r.First))
	}
	return fmt.Sprintf("%s until %s, the last until %s", number(r.Artifacts, "artifact"), stamp(r.First), stamp(r.Last))
}

// restorable looks into the evidence of a request that ended; nil where nothing can be restored, or where the evidence was archived.
func (a *app) restorable(ctx context.Context, ref deprovision.Ref, p *deprovision.Progress) (*restorable, error) {
	if p == nil || !p.Status.Terminal() || p.Removed+p.Unconfirmed == 0 {
		return nil, nil
	}
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	var r restorable
	for e, err := range c.Evidence(ctx, ref) {
		switch {
		case errors.Is(err, client.ErrArchived):
			return nil, nil
		case err != nil:
			return nil, err
		case e.RestoreUntil == nil:
			continue
		}
		if r.Artifacts++; r.Artifacts == 1 || e.RestoreUntil.Before(r.First) {
			r.First = *e.RestoreUntil
		}
		if e.RestoreUntil.After(r.Last) {
			r.Last = *e.RestoreUntil
		}
	}
	if r.Artifacts == 0 {
		return nil, nil
	}
	return &r, nil
}
