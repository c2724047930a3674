package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWatchYieldsEveryEventOnceAndEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	go func() {
		other := request()
		other.ID = "r2"
		a, b := w.writes(request()), w.writes(other)
		for range 200 {
			a.append(deprovision.Held, nil)
			b.append(deprovision.Held, nil)
		}
		a.append(deprovision.Succeeded, nil)
	}()
	for _, from := range []uint64{0, 1, 150, 201} {
		next := max(from, 1)
		for e, err := range w.client.Watch(t.Context(), request().Ref(), from) {
			if err != nil || e.Progress.Seq != next || e.Progress.Request.ID != "r1" {
				t.Fatalf("got %d of %s, want %d, %v", e.Progress.Seq, e.Progress.Request.ID, next, err)
			}
			next++
		}
		if next != 202 {
			t.Fatalf("from %d it ended before %d", from, next)
		}
	}
	if events, err := all(w.client.Watch(t.Context(), request().Ref(), 300)); err != nil || len(events) != 0 {
		t.Fatalf("behind the end: %d events, %v", len(events), err)
	}
}

func TestWatchGoesOnThroughRestartsOfTheServer(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.append(deprovision.Held, nil)
	seen, want := make(chan uint64), uint64(0)
	failed := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(seen)
		for e, err := range w.client.Watch(ctx, request().Ref(), 1) {
			if err != nil {
				failed <- err
				return
			}
			select {
			case seen <- e.Progress.Seq:
			case <-ctx.Done():
			}
		}
	}()
	defer func() {
		cancel()
		for range seen { // until the watcher has ended
		}
	}()
	expect := func() {
		t.Helper()
		want++
		if got, ok := <-seen; !ok || got != want {
			t.Fatalf("got %d, want %d, %d errors: %v", got, want, len(failed), ctx.Err())
		}
	}
	expect()
	for range 2 {
		w.restart()
		j.append(deprovision.Held, nil)
		j.append(deprovision.Held, nil)
		expect()
		expect()
	}
	j.append(deprovision.Cancelled, nil)
	expect()
	if _, more := <-seen; more {
		t.Fatal("it goes on after the end")
	}
	if len(failed) > 0 {
		t.Fatal(<-failed)
	}
}

func TestWatchNamesAGap(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.append(deprovision.Held, nil)
	j.seq++
	j.append(deprovision.Held, nil)
	var gap *client.GapError
	err := firstError(w.client.Watch(t.Context(), request().Ref(), 1))
	if !errors.As(err, &gap) || gap.Want != 2 || gap.Got != 3 {
		t.Fatal(err)
	}
}

func TestArchivedRequestBeginsWithItsEnd(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.seq = 41
	j.append(deprovision.Succeeded, nil)
	if events, err := all(w.client.Watch(t.Context(), request().Ref(), 1)); err != nil || len(events) != 1 || events[0].Progress.Seq != 42 {
		t.Fatalf("%+v, %v", events, err)
	}
}

func TestWatchEndsWithItsContextAndWaitsForARequestToCome(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.writes(request()).append(deprovision.Held, nil)
	n := 0
	for _, err := range w.client.Watch(ctx, request().Ref(), 1) {
		switch n++; n {
		case 1:
			cancel()
		case 2:
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	}
	if n != 2 {
		t.Fatalf("%d were yielded", n)
	}
}

func TestWatchAllGoesOnBehindARevision(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	other := request()
	other.Tenant = "fabrikam"
	a, b := w.writes(request()), w.writes(other)
	for range 3 {
		a.append(deprovision.Held, nil)
		b.append(deprovision.Held, nil)
	}
	take := func(s client.Scope, n int) []client.Entry {
		t.Helper()
		var out []client.Entry
		for e, err := range w.client.WatchAll(t.Context(), s) {
			if err != nil {
				t.Fatal(err)
			}
			if out = append(out, e); len(out) == n {
				break
			}
		}
		return out
	}
	six := take(client.Scope{}, 6)
	for i, e := range six {
		if e.Revision != uint64(i+1) || e.Progress.Seq != uint64(i/2+1) || e.At.IsZero() {
			t.Fatalf("%d: %+v", i, e)
		}
	}
	if rest := take(client.Scope{After: six[3].Revision}, 2); rest[0].Revision != six[4].Revision {
		t.Fatalf("%+v", rest)
	}
	for _, e := range take(client.Scope{Tenant: "fabrikam", Service: deprovision.ExchangeOnlineInline}, 3) {
		if e.Progress.Request.Tenant != "fabrikam" {
			t.Fatalf("%+v", e)
		}
	}
	var invalid *deprovision.Invalid
	if err := firstError(w.client.WatchAll(t.Context(), client.Scope{Tenant: "*"})); !errors.As(err, &invalid) {
		t.Fatal(err)
	}
}

func TestWatchAllTakesSeveralTenantsAndTheNewestStatesAlone(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	writers := map[string]*written{}
	for _, tenant := range []string{"contoso", "fabrikam", "tailspin"} {
		r := request()
		r.Tenant = tenant
		writers[tenant] = w.writes(r)
		writers[tenant].append(deprovision.Held, nil)
		writers[tenant].append(deprovision.Parked, nil)
	}
	take := func(s client.Scope, n int) (out []string) {
		t.Helper()
		for e, err := range w.client.WatchAll(t.Context(), s) {
			if err != nil {
				t.Fatal(err)
			}
			if out = append(out, fmt.Sprintf("%s %d", e.Progress.Request.Tenant, e.Progress.Seq)); len(out) == n {
				break
			}
			if len(out) == n-1 { // what comes then comes, too
				writers["tailspin"].append(deprovision.Held, nil)
			}
		}
		return out
	}
	two := []string{"tailspin", "contoso", "tailspin"}
	for _, tc := range []struct {
		scope client.Scope
		want  []string
	}{
		{client.Scope{LastOnly: true}, []string{"contoso 2", "fabrikam 2", "tailspin 2", "tailspin 3"}},
		{client.Scope{Tenants: two}, []string{"contoso 1", "contoso 2", "tailspin 1", "tailspin 2", "tailspin 3", "tailspin 4"}},
		{client.Scope{Tenants: two, LastOnly: true}, []string{"contoso 2", "tailspin 4", "tailspin 5"}},
		{client.Scope{Tenants: two, LastOnly: true, After: 5}, []string{"tailspin 2", "tailspin 3", "tailspin 4", "tailspin 5", "tailspin 6"}},
		{client.Scope{Tenant: "fabrikam", LastOnly: true}, []string{"fabrikam 2"}},
	} {
		if got := take(tc.scope, len(tc.want)); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: %q, want %q", tc.scope, got, tc.want)
		}
	}
	nothing, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := firstError(w.client.WatchAll(nothing, client.Scope{Tenants: []string{}})); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no tenants: %v", err)
	}
	var invalid *deprovision.Invalid
	for field, s := range map[string]client.Scope{"tenant": {Tenants: []string{"a", "*"}}, "tenants": {Tenant: "a", Tenants: []string{"b"}}} {
		if err := firstError(w.client.WatchAll(t.Context(), s)); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestWhatIsNoEventEndsAWatchAndIsNamedToGoOnBehind(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.writes(request()).append(deprovision.Held, nil)
	for _, subject := range []string{"deprovision.event.contoso.teams.garbage", "deprovision.event.contoso.teams.client_secret=hunter2"} {
		if err := w.nc.Publish(subject, []byte("no event")); err != nil {
			t.Fatal(err)
		}
	}
	other := request()
	other.ID = "r2"
	w.writes(other).append(deprovision.Held, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen []string
	for scope := (client.Scope{}); len(seen) < 4; {
		for e, err := range w.client.WatchAll(ctx, scope) {
			var garbage *client.UnreadableError
			switch {
			case errors.As(err, &garbage):
				seen, scope.After = append(seen, garbage.Error()), garbage.Revision
			case err != nil:
				t.Fatal(err)
			default:
				seen = append(seen, e.Progress.Request.ID)
			}
			if len(seen) == 4 {
				break
			}
		}
	}
	if seen[0] != "r1" || seen[3] != "r2" || !strings.HasPrefix(seen[1], "event 2 of the journal, on deprovision.event.contoso.teams.garbage: ") ||
		!strings.HasPrefix(seen[2], "event 3 of the journal, on a subject that looks like a secret: ") || strings.Contains(seen[2], "hunter2") {
		t.Errorf("%q", seen)
	}
}
