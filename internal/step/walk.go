package step

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// walk is a search over many places: mailboxes, sites, teams. It goes chunk by chunk, each of which ends in an append, so that a worker that takes
// over goes on behind the last one.
type walk struct {
	name   string // of the places, for a person
	size   int    // places a chunk
	few    int    // places at a time, once the service has asked to wait
	serves func(j *job) bool
	places func(ctx context.Context, j *job) ([]place, error)
	visit  func(ctx context.Context, j *job, chunk []place) ([]visit, error)
}

// place is one of them. Places are visited in the order of their ids.
type place struct {
	id, name string
	inside   *bookmark // where its last visit left off
}

// visit is what one place held, or why it could not be read: that is one place's matter, whatever the others hold.
type visit struct {
	objects []footprint.Object
	err     error
	inside  *bookmark // how far it came, when it failed; nil for no further than the last one
	whole   int       // objects that were read up to there
}

// walks are all walks, in the order in which they are made.
var walks = []walk{mailboxWalk, siteWalk, teamWalk, chatWalk}

// tour is how far the walks have come, kept as a fact.
type tour struct {
	Walk    int       `json:"walk"`             // index of the present one
	After   string    `json:"after,omitempty"`  // id of the last place that was visited
	Inside  *bookmark `json:"inside,omitempty"` // how far the next one was read
	Last    string    `json:"last,omitempty"`   // digest of the last part of what was found
	Seen    int       `json:"seen"`             // places
	Read    int       `json:"read,omitempty"`   // those of the present walk that could be read
	Slow    bool      `json:"slow,omitempty"`   // the service asked the present walk to wait
	Found   int       `json:"found"`            // objects
	Skipped int       `json:"skipped,omitempty"`
}

const walked = "walked"

// toured reads the tour. A fact that cannot be read counts as none: the walks begin anew.
func toured(facts map[string]string) tour {
	var t tour
	if json.Unmarshal([]byte(facts[walked]), &t) != nil {
		return tour{}
	}
	return t
}

func (t tour) note() func(*deprovision.Progress) {
	if t.Seen == 0 && !t.Slow && t.Inside == nil {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil { // numbers and texts
		panic(err)
	}
	return note(walked, string(text))
}

// walk makes all walks that this removal needs, from where they were left.
func (j *job) walk(ctx context.Context) error {
	t := toured(j.state.Facts)
	for ; t.Walk < len(walks); t.Walk, t.After, t.Inside, t.Read, t.Slow = t.Walk+1, "", nil, 0, false {
		w := walks[t.Walk]
		if !w.serves(j) {
			continue
		}
		if err := j.follow(ctx, w, &t); err != nil {
			return err
		}
	}
	all(t.note())(&j.state) // the run goes on with what was appended
	return nil
}

// follow makes one walk to its end.
func (j *job) follow(ctx context.Context, w walk, t *tour) error {
	places, err := w.places(ctx, j)
	if err != nil {
		return err
	}
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(a.id, b.id) })
	from, met := slices.BinarySearchFunc(places, t.After, func(p place, id string) int { return strings.Compare(p.id, id) })
	if met {
		from++
	}
	if from < len(places) {
		places[from].inside = t.Inside.of(places[from].id)
	}
	total := t.Seen + len(places) - from
	for chunk := range slices.Chunk(places[from:], w.size) {
		visits, failed := j.visits(ctx, w, chunk, t.Slow)
		enough := j.work.Progress().Attempts >= patientVisits
		if failed == nil {
			failed = unless(visits, t.Read, enough)
		}
		slowed, begun := t.Slow, visit{}
		if failed != nil { // what was read before is not read again: where a service allows less at a time than a chunk takes, it would never end
			n := visited(visits, t.Read, enough)
			t.Slow = t.Slow || deprovision.ClassOf(failed) == deprovision.Throttled
			if n < len(visits) && deprovision.ClassOf(visits[n].err) == deprovision.Transient {
				failed = visits[n].err // it counts as an attempt, and to have to wait does not
			}
			if n < len(visits) {
				begun = visits[n]
			}
			chunk, visits = chunk[:n], visits[:n]
		}
		if len(chunk) > 0 || slowed != t.Slow || begun.inside != nil {
			if err := j.keepVisits(ctx, w, chunk, visits, begun, t, total); err != nil {
				return err
			}
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// patientVisits is how often a chunk is tried again, in twenty minutes or so, before places in it are passed over that fail each time.
const patientVisits = 8

// unless fails a chunk that cannot be taken as read: where a service asks to wait or did not answer, and where it refused every place although none
// of the walk could be read so far, which is not about the places: a right that is missing, or the address of another tenant's SharePoint. A place
// that is locked is refused to everybody.
// One that fails however often it is asked, while others can be read, is passed over in the end: it would keep the request from ever having a plan.
func unless(visits []visit, before int, enough bool) error {
	others := readable(visits)
	if len(visits) == 1 {
		others = before
	}
	refused := 0
	var last error
	for _, v := range visits {
		switch class := deprovision.ClassOf(v.err); {
		case v.err == nil || class == deprovision.Gone:
		case class == deprovision.Forbidden:
			if !locked(v.err) {
				refused++
			}
			last = v.err
		case class == deprovision.Transient && enough && others > 0:
		case class == deprovision.Malformed:
			if f, ok := failureIn(v.err); ok && f.Status == 0 { // not even asked
				refused++
			}
			last = v.err
		default:
			return v.err
		}
	}
	if refused == len(visits) && refused > 1 && before == 0 {
		return fmt.Errorf("none of %d places may be read: %w", refused, last)
	}
	return nil
}

// locked reports whether a refusal is of a site that an administrator locked.
func locked(err error) bool {
	f, ok := failureIn(err)
	return ok && f.Status == http.StatusLocked
}

// readable counts the visits that read something to its end.
func readable(visits []visit) int {
	n := 0
	for _, v := range visits {
		if v.err == nil {
			n++
		}
	}
	return n
}

// keepPart stores what a chunk held that is the product's or resembles it, and the places that could not be read.
func (j *job) keepPart(ctx context.Context, w walk, chunk []place, visits []visit, t *tour) error {
	part := deprovision.Plan{Ref: j.state.Request.Ref(), Made: j.now().UTC(), Prior: t.Last}
	for i, v := range visits {
		if v.err != nil && deprovision.ClassOf(v.err) != deprovision.Gone { // deleted meanwhile, with all that it held
			part.Remainder = append(part.Remainder, deprovision.Remainder{Name: chunk[i].name, Instructions: w.name + " that could not be read: " + reason(v.err)})
		}
		for _, o := range j.service.Resembling(j.account, v.objects) {
			part.Artifacts = append(part.Artifacts, deprovision.Artifact{Kind: o.Kind, ID: o.ID, Name: o.Name, Before: o.Raw, Created: o.Created})
		}
	}
	if len(part.Artifacts)+len(part.Remainder) == 0 {
		return nil
	}
	if err := j.work.KeepPlan(ctx, part); err != nil {
		return err
	}
	t.Last, t.Found, t.Skipped = part.Digest(), t.Found+len(part.Artifacts), t.Skipped+len(part.Remainder)
	return nil
}

// reason is why a place could not be read, without what differs from place to place.
func reason(err error) string {
	f, ok := failureIn(err)
	if !ok {
		return err.Error()
	}
	return fmt.Sprintf("%s (%s, status %d)", f.Err, f.Class, f.Status)
}

// findings reads what the walks found, and what they could not read, by reason.
func (j *job) findings(ctx context.Context) ([]footprint.Object, []deprovision.Remainder, error) {
	parts, err := j.work.Parts(ctx, toured(j.state.Facts).Last)
	if err != nil {
		return nil, nil, failure(TakeInventory, err)
	}
	var objects []footprint.Object
	skipped := map[string][]string{}
	for _, part := range parts {
		for _, a := range part.Artifacts {
			objects = append(objects, footprint.Object{Kind: a.Kind, ID: a.ID, Name: a.Name, Raw: a.Before, Created: a.Created})
		}
		for _, r := range part.Remainder {
			skipped[r.Instructions] = append(skipped[r.Instructions], r.Name)
		}
	}
	var left []deprovision.Remainder
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		names := skipped[why]
		text := strings.Join(names[:min(len(names), mostSuspects)], ", ")
		if more := len(names) - mostSuspects; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		left = append(left, deprovision.Remainder{Name: fmt.Sprintf("%d %s", len(names), why), Instructions: "Skipped, so look there by hand: " + text})
	}
	return objects, left, nil
}
