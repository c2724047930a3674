package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// visits makes those of a chunk: all together, or few after few where the service has asked to wait. Then those that are under way at the same time
// would share what it allows, and none might be through before the next pause. Nothing more is asked behind a failure of all, or one that has to
// wait: then visits are missing at the end.
func (j *job) visits(ctx context.Context, w walk, chunk []place, slow bool) (out []visit, err error) {
	few := len(chunk)
	if slow {
		few = w.few
	}
	for some := range slices.Chunk(chunk, few) {
		visits, err := w.visit(ctx, j, some)
		if err != nil {
			visits = nil
		} else if i := slices.IndexFunc(visits, throttled); i >= 0 {
			err = visits[i].err
		}
		out = append(out, visits...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func throttled(v visit) bool {
	return v.err != nil && deprovision.ClassOf(v.err) == deprovision.Throttled
}

// visited counts the visits at the beginning of a chunk that need no second one, though a later one failed; enough is as in [unless].
func visited(visits []visit, before int, enough bool) int {
	others := before + readable(visits)
	n := slices.IndexFunc(visits, func(v visit) bool {
		switch class := deprovision.ClassOf(v.err); {
		case v.err == nil || class == deprovision.Gone:
			return false
		case class == deprovision.Forbidden || class == deprovision.Malformed:
			return others == 0
		case class == deprovision.Transient:
			return !enough || others == 0
		}
		return true
	})
	if n < 0 {
		return len(visits)
	}
	return n
}

// keepVisits stores what they found, and appends that these places were visited, and how far the next one was.
func (j *job) keepVisits(ctx context.Context, w walk, chunk []place, visits []visit, begun visit, t *tour, total int) error {
	if begun.inside != nil {
		visits = append(slices.Clip(visits), visit{objects: begun.objects[:begun.whole]})
	}
	if err := j.keepPart(ctx, w, chunk, visits, t); err != nil {
		return err
	}
	if n := len(chunk); n > 0 {
		t.After, t.Inside, t.Seen, t.Read = chunk[n-1].id, nil, t.Seen+n, t.Read+readable(visits[:n])
	}
	if begun.inside != nil {
		t.Inside = begun.inside
	}
	return j.work.AdvanceBy(ctx, engine.Way{Cursor: len(chunk), Done: len(chunk)}, all(t.note(), func(p *deprovision.Progress) {
		p.Steps[p.Step].Total = max(total, p.Steps[p.Step].Done)
		p.Detail = fmt.Sprintf("searched %d of %d %s, found %d", t.Seen, total, w.name, t.Found)
	}))
}
