package client

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Named lists the requests of a tenant whose ids begin with a prefix, by service and id: those of the journal, and those that no worker has
// taken yet. Requests whose ids were given one prefix are a batch, which [Client.WatchMany] follows.
func (c *Client) Named(ctx context.Context, tenant, prefix string) ([]deprovision.Ref, error) {
	seen := map[deprovision.Ref]bool{}
	for stream, family := range map[string]event.Family{eventStream: event.Events, requestStream: event.Requests} {
		found, err := c.subjects(ctx, stream, family, tenant)
		if err != nil {
			return nil, err
		}
		for _, ref := range found {
			if strings.HasPrefix(ref.Request, prefix) {
				seen[ref] = true
			}
		}
	}
	out := make([]deprovision.Ref, 0, len(seen))
	for ref := range seen {
		out = append(out, ref)
	}
	sortRefs(out)
	return out, nil
}

// Queue lists the requests of a tenant that no worker has taken yet, by service and id. What can't be read is left out.
func (c *Client) Queue(ctx context.Context, tenant string) ([]Queued, error) {
	refs, err := c.subjects(ctx, requestStream, event.Requests, tenant)
	if err != nil {
		return nil, err
	}
	sortRefs(refs)
	var out []Queued
	for _, ref := range refs {
		found, ok, err := c.read(ctx, requestStream, which{Last: event.Subject(event.Requests, ref)})
		if err != nil {
			return nil, err
		}
		if !ok { // it was taken a moment ago
			continue
		}
		if r, err := event.DecodeRequest(found.msg); err == nil { // else a worker will set it aside
			out = append(out, Queued{Request: r, At: found.at})
		}
	}
	return out, nil
}

// subjects lists the requests of a tenant that have a message in a stream. What names no request is left out.
func (c *Client) subjects(ctx context.Context, stream string, family event.Family, tenant string) ([]deprovision.Ref, error) {
	if !deprovision.ValidToken(tenant) {
		return nil, &deprovision.Invalid{Field: "tenant", Value: tenant, Allowed: deprovision.TokenRule}
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	s, err := c.js.Stream(ctx, stream)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", stream, c.judge(ctx, err))
	}
	all := event.Subject(family, deprovision.Ref{Tenant: tenant, Service: "*", Request: "*"})
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(all))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", stream, c.judge(ctx, err))
	}
	var out []deprovision.Ref
	for subject := range info.State.Subjects {
		if _, ref, rest, err := event.ParseSubject(subject); err == nil && len(rest) == 0 && ref.Validate() == nil {
			out = append(out, ref)
		}
	}
	return out, nil
}

func sortRefs(refs []deprovision.Ref) {
	slices.SortFunc(refs, func(a, b deprovision.Ref) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Request, b.Request))
	})
}
