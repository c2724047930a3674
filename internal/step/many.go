package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// manyKind is a kind of which a tenant may hold thousands: found by a walk, read and removed several at once. Calls take at most
// [m365.MostTargets] artifacts and answer in their order.
type manyKind interface {
	read(ctx context.Context, j *job, list []deprovision.Artifact) ([]reading, error)
	remove(ctx context.Context, j *job, list []deprovision.Artifact) ([]m365.Answer, error)
}

// manyKinds knows every such kind.
var manyKinds = map[deprovision.ArtifactKind]manyKind{
	footprint.QuarantineFolder:  mailFolder{},
	footprint.EventReceiver:     siteKind{footprint.EventReceiver, readReceiver, removeReceiver},
	footprint.ListWebhook:       siteKind{footprint.ListWebhook, readWebhook, removeWebhook},
	footprint.SiteAdmin:         siteKind{footprint.SiteAdmin, readAdmin, removeAdmin},
	footprint.QuarantineLibrary: siteKind{footprint.QuarantineLibrary, readLibrary, removeLibrary},
	footprint.InstalledApp:      installedApp{},
}

// placed makes an object of one that lies in a place: its raw form says where as well.
func placed(kind deprovision.ArtifactKind, call string, o m365.Object, more map[string]any) ([]footprint.Object, error) {
	raw, err := with(o.Raw, more)
	if err != nil {
		return nil, unreadable(call, err)
	}
	return parse(kind, call, raw)
}

// with adds properties to a JSON object; those that are nil are taken out of it, and so are the secrets in its addresses.
func with(raw json.RawMessage, more map[string]any) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New("no JSON object")
	}
	if err := veil(object); err != nil {
		return nil, err
	}
	for key, value := range more {
		body, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if object[key] = body; value == nil {
			delete(object, key)
		}
	}
	return json.Marshal(object)
}

// where is where an artifact lies, as its before-state has it. Names that begin with In are ours, added to the object as it was read.
type where struct {
	InMailbox, InWeb, InList, InTitle, InScope, InPlace string
	ID, ReceiverID, LoginName                           string
}

func whereIs(a deprovision.Artifact) (where, error) {
	var w where
	if err := json.Unmarshal(a.Before, &w); err != nil {
		return w, unplanned(a, "where it lies")
	}
	return w, nil
}

// target names an artifact for a call; inside and id are of its place.
func (j *job) target(a deprovision.Artifact, place, inside, id string) m365.Target {
	return m365.Target{Place: place, Inside: inside, ID: id, CallID: callID(j.state.Request.Ref(), a)}
}

// inBatches calls do with the bounds of slices of what one call about several takes.
func inBatches(n int, do func(from, to int) error) error {
	for from := 0; from < n; from += m365.MostTargets {
		if err := do(from, min(from+m365.MostTargets, n)); err != nil {
			return err
		}
	}
	return nil
}

// atTheSameTime calls do for 0 … n-1, [atOnce] at a time. What panics in one of them panics here, once all have ended: whoever runs the step
// recovers, and in a goroutine of its own it would end the worker.
func atTheSameTime(n int, do func(i int)) {
	var all sync.WaitGroup
	var panicked atomic.Pointer[any]
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			defer func() {
				if cause := recover(); cause != nil {
					panicked.Store(&cause)
				}
			}()
			do(i)
		})
	}
	all.Wait()
	if cause := panicked.Load(); cause != nil {
		panic(*cause)
	}
}

func failureIn(err error) (*deprovision.Failure, bool) {
	return errors.AsType[*deprovision.Failure](err)
}

// asOf makes a reading of an answer to a read by id.
func asOf(kind deprovision.ArtifactKind, call string, a deprovision.Artifact, answer m365.Answer, more map[string]any) reading {
	switch {
	case answer.Err != nil:
		return unread(answer.Err)
	case len(answer.Objects) != 1:
		return reading{err: unreadable(call, fmt.Errorf("%d objects for one id", len(answer.Objects)))}
	}
	objects, err := placed(kind, call, answer.Objects[0], more)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a)
}
