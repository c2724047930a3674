package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ids are those of the roster; every list has to be what one that is read whole is.
func ids(t *testing.T, w *world, r *client.Roster) string {
	t.Helper()
	list, err := r.Accounts(t.Context())
	whole, err2 := w.client.Accounts(t.Context(), "contoso")
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, list); diff != "" || list == nil {
		t.Errorf("a list of none is one, too: %t; %s", list != nil, diff)
	}
	out := ""
	for _, a := range list {
		out += a.ID + " "
	}
	return out
}

func (w *world) puts(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		if _, err := w.client.PutAccount(w.t.Context(), account(id), true); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestRosterHasEveryRecordAtOnceAsItIsNow(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	r := w.client.Roster("contoso")
	if got := ids(t, w, r); got != "" {
		t.Errorf("at first: %q", got)
	}
	w.puts("b", "d")
	before, err := r.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.Clone(before)
	w.puts("c", "a")
	if got := ids(t, w, r); got != "a b c d " {
		t.Errorf("after more were added: %q", got)
	}
	renamed := account("b")
	renamed.Names = map[string][]string{"connectors": {"Old"}}
	if _, err := w.client.PutAccount(t.Context(), renamed, true); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, w, r); got != "a b c d " {
		t.Errorf("after one was changed: %q", got)
	}
	if diff := cmp.Diff(kept, before); diff != "" {
		t.Errorf("a list that somebody has changed under his hands: %s", diff)
	}
	w.restart()
	if got := ids(t, w, r); got != "a b c d " {
		t.Errorf("after the server was away: %q", got)
	}
}

// deletes a record in the server, as no operator of the product can.
func (w *world) deletes(id string) {
	w.t.Helper()
	stream, err := jetstreamOf(w.t, w).Stream(w.t.Context(), "DEPROVISION_ACCOUNTS")
	if err == nil {
		err = stream.Purge(w.t.Context(), jetstream.WithPurgeSubject("deprovision.account.contoso."+id))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestRosterLearnsOfADeletedRecordWithinAMinute(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	r := w.client.Roster("contoso")
	w.puts("a", "b")
	if got := ids(t, w, r); got != "a b " {
		t.Fatal(got)
	}
	w.deletes("a") // the last one that was written is still there: nothing tells
	r.Ages()
	if got := ids(t, w, r); got != "b " {
		t.Errorf("%q", got)
	}
}

// A stream that was put back from a backup ends earlier than what the roster has seen.
func TestRosterReadsAllAnewWhenTheStreamWentBack(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	r := w.client.Roster("contoso")
	w.puts("a", "b")
	if got := ids(t, w, r); got != "a b " {
		t.Fatal(got)
	}
	w.deletes("b")
	if got := ids(t, w, r); got != "a " {
		t.Errorf("%q", got)
	}
}

func TestRosterSaysWhatItCannotReadUntilItIsWrittenAnew(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	r := w.client.Roster("contoso")
	w.puts("a")
	if got := ids(t, w, r); got != "a " {
		t.Fatal(got)
	}
	if _, err := w.nc.RequestWithContext(t.Context(), "deprovision.account.contoso.evil", []byte("garbage")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if list, err := r.Accounts(t.Context()); !errors.Is(err, client.ErrUnreadableAccount) || list != nil {
			t.Fatal(list, err)
		}
	}
	w.puts("evil")
	if got := ids(t, w, r); got != "a evil " {
		t.Errorf("%q", got)
	}
	wrong := &deprovision.Invalid{}
	if _, err := w.client.Roster("a.*").Accounts(t.Context()); !errors.As(err, &wrong) || wrong.Field != "tenant" {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Accounts(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRosterIsSharedByAll(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	r := w.client.Roster("contoso")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			id := fmt.Sprintf("a%d", i)
			if _, err := w.client.PutAccount(t.Context(), account(id), false); err != nil {
				t.Error(err)
			}
			list, err := r.Accounts(t.Context())
			if err != nil || !slices.ContainsFunc(list, func(a deprovision.Account) bool { return a.ID == id }) {
				t.Errorf("%s, which was just written, is not in the list: %v", id, err)
			}
		})
	}
	all.Wait()
	if got := ids(t, w, r); got != "a0 a1 a2 a3 a4 a5 a6 a7 " {
		t.Error(got)
	}
}
