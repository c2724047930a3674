package journal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const atOnce = time.Nanosecond

func ref(id string) deprovision.Ref {
	r := request()
	r.ID = id
	return r.Ref()
}

// story appends three events, the last with this status, and returns its revision.
func story(t *testing.T, j *journal.Journal, id string, last deprovision.Status) uint64 {
	t.Helper()
	var revision uint64
	for i, status := range []deprovision.Status{deprovision.Held, deprovision.Held, last} {
		e := change(string(rune('a' + i)))
		e.Progress.Request.ID, e.Progress.Status = id, status
		var err error
		if revision, err = j.Append(t.Context(), ref(id), revision, e); err != nil {
			t.Fatal(err)
		}
	}
	return revision
}

func events(t *testing.T, j *journal.Journal, id string) []engine.Entry {
	t.Helper()
	entries, err := j.Since(t.Context(), ref(id), 0)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func archive(t *testing.T, j *journal.Journal, r journal.Retention) journal.Archived {
	t.Helper()
	done, err := j.Archive(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestArchiveLeavesTheEndOfWhatEnded(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	last := story(t, j, "ended", deprovision.Succeeded)
	for id, status := range map[string]deprovision.Status{"held": deprovision.Held, "parked": deprovision.Parked, "fresh": "a status of the future"} {
		story(t, j, id, status)
	}
	if done := archive(t, j, journal.Retention{Journal: time.Hour}); done != (journal.Archived{}) {
		t.Errorf("%+v went before its time", done)
	}
	var kept []string
	keep := func(_ context.Context, of deprovision.Ref, upTo uint64) error {
		for _, e := range events(t, j, of.Request) {
			kept = append(kept, of.Request+" "+e.Change.ID)
		}
		if upTo != last {
			t.Errorf("kept up to %d, it ends with %d", upTo, last)
		}
		return nil
	}
	if done := archive(t, j, journal.Retention{Journal: atOnce, Keep: keep}); done != (journal.Archived{Journals: 1, Events: 2}) {
		t.Errorf("%+v", done)
	}
	if len(kept) != 3 || kept[0] != "ended a" || kept[2] != "ended c" {
		t.Errorf("kept %v", kept)
	}
	if left := events(t, j, "ended"); len(left) != 1 || left[0].Revision != last {
		t.Errorf("%d events are left", len(left))
	}
	for _, id := range []string{"held", "parked", "fresh"} {
		if left := events(t, j, id); len(left) != 3 {
			t.Errorf("%s: %d events are left of an open request", id, len(left))
		}
	}
	if done := archive(t, j, journal.Retention{Journal: atOnce, Keep: keep}); done != (journal.Archived{}) {
		t.Errorf("%+v went again", done)
	}
	// The tombstone still refuses a second first event, and can be appended to.
	e := change("x")
	e.Progress.Request.ID, e.Progress.Status = "ended", deprovision.Succeeded
	if _, err := j.Append(t.Context(), ref("ended"), 0, e); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("the same request began again: %v", err)
	}
	if _, err := j.Append(t.Context(), ref("ended"), last, e); err != nil {
		t.Error(err)
	}
}

func TestArchiveKeepsWhatCouldNotBeCopied(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	story(t, j, "ended", deprovision.Failed)
	full := errors.New("the archive is full")
	_, err := j.Archive(t.Context(), journal.Retention{Journal: atOnce, Tombstones: atOnce,
		Keep: func(context.Context, deprovision.Ref, uint64) error { return full }})
	if !errors.Is(err, full) {
		t.Error(err)
	}
	if left := events(t, j, "ended"); len(left) != 3 {
		t.Errorf("%d events are left", len(left))
	}
}

func TestTombstoneGoesWithItsPlanWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	plans := map[string]deprovision.Plan{"ended": {Ref: ref("ended")}, "other": {Ref: ref("other")}}
	for id, plan := range plans {
		story(t, j, id, map[string]deprovision.Status{"ended": deprovision.Cancelled, "other": deprovision.Waiting}[id])
		if err := j.PutPlan(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	if done := archive(t, j, journal.Retention{Journal: atOnce, Tombstones: atOnce}); done != (journal.Archived{Journals: 1, Tombstones: 1, Events: 3}) {
		t.Errorf("%+v", done)
	}
	if left := events(t, j, "ended"); len(left) != 0 {
		t.Errorf("%d events are left", len(left))
	}
	if _, err := j.Plan(t.Context(), ref("ended"), plans["ended"].Digest()); !errors.Is(err, journal.ErrPlan) {
		t.Error(err)
	}
	if _, err := j.Plan(t.Context(), ref("other"), plans["other"].Digest()); err != nil {
		t.Error(err)
	}
	if left := events(t, j, "other"); len(left) != 3 {
		t.Errorf("%d events are left of another request", len(left))
	}
}

// A request that was turned away has one event, of which nothing is thinned out before it goes.
func TestJournalOfOneEventIsCopiedBeforeItGoes(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	e := change("a")
	e.Progress.Request.ID, e.Progress.Status, e.Progress.Seq = "one", deprovision.Refused, 1
	if _, err := j.Append(t.Context(), ref("one"), 0, e); err != nil {
		t.Fatal(err)
	}
	copied := 0
	r := journal.Retention{Journal: atOnce, Tombstones: atOnce, Keep: func(context.Context, deprovision.Ref, uint64) error {
		copied++
		if copied == 1 {
			return errors.New("the disk is full")
		}
		return nil
	}}
	if _, err := j.Archive(t.Context(), r); err == nil || len(events(t, j, "one")) != 1 {
		t.Errorf("%v, %d events are left", err, len(events(t, j, "one")))
	}
	if done := archive(t, j, r); copied != 2 || done.Tombstones != 1 || len(events(t, j, "one")) != 0 {
		t.Errorf("%+v, copied %d times", done, copied)
	}
}

func TestOnlyTheArchiverMayPurge(t *testing.T) {
	t.Parallel()
	h := serve(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "archiver", Password: "a"}, {Username: "worker", Password: "w", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{"$JS.API.STREAM.PURGE.>", "$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.UPDATE.>",
				"$JS.API.STREAM.MSG.DELETE.>"}}}}}
	})
	as := func(user, password string) *nats.Conn {
		return dial(t, "nats://"+user+":"+password+"@"+h.Addr().String())
	}
	archiver := as("archiver", "a")
	provision(t, archiver, journal.Options{})
	worker := bind(t, as("worker", "w"))
	worker.SetPatience(time.Second)
	story(t, worker, "ended", deprovision.Succeeded)
	if _, err := worker.Archive(t.Context(), journal.Retention{Journal: atOnce}); err == nil {
		t.Error("a worker may purge")
	}
	if left := events(t, worker, "ended"); len(left) != 3 {
		t.Errorf("%d events are left", len(left))
	}
	if done := archive(t, bind(t, archiver), journal.Retention{Journal: atOnce}); done.Events != 2 {
		t.Errorf("%+v", done)
	}
}
