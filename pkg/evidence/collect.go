package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Options say how a bundle is made. The zero value will do.
type Options struct {
	By   string           // the program that makes it
	Now  func() time.Time // nil means time.Now
	Rest bool             // of an archived request, take what is left; else the error wraps [client.ErrArchived]
}

// Collect writes the bundle of a request as it stands now, also while it is open, and also where its journal is broken: [Verify] tells. The error
// wraps [client.ErrUnknownRequest], or [client.ErrArchived] where the first events lie in the archive. What was written before an error is no bundle.
func Collect(ctx context.Context, c *client.Client, ref deprovision.Ref, w io.Writer, o Options) (Summary, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	k := &collector{client: c, ref: ref, out: w, header: Record{Request: ref.Tokens(), Made: stamp(o.Now()), By: o.By}, rest: o.Rest}
	if err := k.collect(ctx); err != nil {
		return k.sum, fmt.Errorf("evidence of %s: %w", ref.Tokens(), err)
	}
	return k.sum, nil
}

// collector is a bundle that is being made.
type collector struct {
	client  *client.Client
	ref     deprovision.Ref
	out     io.Writer
	bundle  *Writer // once the first event is known
	header  Record
	rest    bool
	sum     Summary
	plans   []string // digests, as the events name them
	account string
}

func (k *collector) collect(ctx context.Context) error {
	for e, err := range k.client.RawEvents(ctx, k.ref) {
		if err == nil {
			err = k.event(e)
		}
		if err != nil {
			return err
		}
	}
	for _, digest := range k.plans {
		body, err := k.client.PlanBody(ctx, k.ref, digest)
		if errors.Is(err, client.ErrNoPlan) { // Verify names it
			continue
		}
		if err == nil {
			err = k.bundle.Plan(digest, body)
		}
		if err != nil {
			return err
		}
		k.sum.Plans++
	}
	if err := k.record(ctx); err != nil {
		return err
	}
	return k.bundle.Close()
}

func (k *collector) event(e client.RawEvent) (err error) {
	g := glance(e.Data).Progress
	seq := g.Seq
	if seq == 0 { // it can't be read
		seq = k.sum.Last + 1
	}
	if k.bundle == nil {
		if seq > 1 {
			if !k.rest {
				return client.ErrArchived
			}
			k.header.After, k.header.Before = seq-1, k.before(e)
		}
		if k.bundle, err = NewWriter(k.out, k.header); err != nil {
			return err
		}
		k.sum = Summary{Request: k.header.Request, Made: k.header.Made, By: k.header.By, After: k.header.After, Before: k.header.Before}
	}
	k.sum.Events++
	k.sum.Last, k.sum.Revision, k.sum.Status, k.sum.Ended, k.sum.Chain = seq, e.Revision, g.Status, g.Status.Terminal(), e.Chain
	if k.sum.Seal, k.sum.Sign = "", ""; k.sum.Ended {
		k.sum.Seal, k.sum.Sign = e.Chain, e.Seal
	}
	if g.Plan != nil && !slices.Contains(k.plans, g.Plan.Digest) {
		k.plans = append(k.plans, g.Plan.Digest)
	}
	if k.account == "" {
		k.account = g.Request.Account
	}
	return k.bundle.Event(Record{Seq: seq, Revision: e.Revision, At: stamp(e.At), Chain: e.Chain, Sign: e.Seal}, e.Data)
}

// before returns the chain value that the first event of what is left follows; "" where nothing tells, so that the event can't be proved.
func (k *collector) before(e client.RawEvent) string {
	if start := begin(k.ref); event.ChainNext(start, e.Data) == e.Chain { // the journal was given back from the picture
		return start
	}
	return e.Before
}

// record takes in the record of the service account as it is now; one that is not there, or can't be read, is left out.
func (k *collector) record(ctx context.Context) error {
	if !deprovision.ValidToken(k.account) {
		return nil
	}
	a, err := k.client.Account(ctx, k.ref.Tenant, k.account)
	switch {
	case errors.Is(err, client.ErrUnknownAccount), errors.Is(err, client.ErrUnreadableAccount):
		return nil
	case err != nil:
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return k.bundle.Account(k.ref.Tenant+"."+k.account, body)
}
