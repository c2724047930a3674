package step_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const folders = "remove-quarantine-folders"

// deletion is the item of a batch that deletes the n-th folder.
func deletion(n int) tenantsim.Match {
	return tenantsim.Match{Method: http.MethodDelete, Path: "/v1.0/users/*/mailFolders/*", Nth: n}
}

// ofBatches is a request that stands before the removal of 27 folders: a batch of 20, and one of 7.
func ofBatches(t *testing.T) *harness {
	t.Helper()
	h := newFull(t, "exchange", mailboxes(25))
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.until(t.Context(), folders)
	return h
}

// checkFoldersOnce expects that each folder of the product went by one call, and that each has evidence.
func checkFoldersOnce(t *testing.T, h *harness, want int) {
	t.Helper()
	if got := h.removed(footprint.QuarantineFolder); len(got) != want || len(slices.Compact(got)) != want {
		t.Errorf("evidence of %d folders, want %d", len(got), want)
	}
	gone := 0
	for _, c := range h.sim.Changes("") {
		if c.Kind == tenantsim.KindMailFolder && c.Effect == tenantsim.EffectRemoved {
			gone++
			if n := len(h.sim.RemovedBy(c.ID)); n != 1 {
				t.Errorf("%s was deleted by %d calls", c.ID, n)
			}
		}
	}
	if gone != want {
		t.Errorf("%d folders went, want %d", gone, want)
	}
}

func TestThrottledItemKeepsNothingFromTheOthers(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(3), Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
	h.runOnce(t.Context())
	if len(h.failures) != 1 || deprovision.ClassOf(h.failures[0]) != deprovision.Throttled {
		t.Fatalf("%v", h.failures)
	}
	if len(h.evidence) != 19 || len(h.state.Settled) != 19 || slices.Contains(h.state.Settled, 2) || h.state.Cursor != 0 || h.state.MaybeCalled != "" {
		t.Errorf("evidence of %d, settled %v, cursor %d, doubt %q", len(h.evidence), h.state.Settled, h.state.Cursor, h.state.MaybeCalled)
	}
	if s := h.state.Steps[h.state.Step]; s.Done != 19 || s.Total != 27 {
		t.Errorf("%d of %d", s.Done, s.Total)
	}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || h.state.Removed != 27+1+6+1 || h.state.Gone+h.state.Unconfirmed != 0 {
		t.Errorf("%s: removed %d, gone %d, unconfirmed %d: %v", h.state.Status, h.state.Removed, h.state.Gone, h.state.Unconfirmed, h.failures)
	}
	checkFoldersOnce(t, h, 27)
	checkUnits(t, h)
}

func TestLostAnswerOfAnItemIsADoubtOfItsBatch(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(5), Do: tenantsim.FaultResetAfterCommit})
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(8), Do: tenantsim.FaultResetBeforeCommit})
	h.runOnce(t.Context())
	batch := h.plan().Together(folders, 0)
	if h.state.MaybeCalled != batch[0].ID || len(h.state.Settled) != 18 || len(h.evidence) != 18 {
		t.Fatalf("doubt %q, settled %v: %v", h.state.MaybeCalled, h.state.Settled, h.failures)
	}
	h.runAll(t.Context())
	if got := h.outcomes()[batch[4].Name]; got != deprovision.RemovedUnconfirmed {
		t.Errorf("the folder whose answer was lost is %s", got)
	}
	if got := h.outcomes()[batch[7].Name]; got != deprovision.Removed {
		t.Errorf("the folder that no call reached is %s", got)
	}
	if h.state.Unconfirmed != 1 || h.state.Gone != 0 {
		t.Errorf("unconfirmed %d, gone %d", h.state.Unconfirmed, h.state.Gone)
	}
	checkFoldersOnce(t, h, 27)
}

// TestDoubtOfABatchOutlivesAWorkerThatIsStopped lets the worker end with the append of what was finished: the failure is never written down.
func TestDoubtOfABatchOutlivesAWorkerThatIsStopped(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(5), Do: tenantsim.FaultResetAfterCommit})
	batch := h.plan().Together(folders, 0)
	h.crashAfter(folders, 1)
	h.runOnce(t.Context())
	if h.state.MaybeCalled != batch[0].ID || len(h.state.Settled) != 19 {
		t.Errorf("doubt %q, settled %v", h.state.MaybeCalled, h.state.Settled)
	}
	h.advanced, h.failures, h.state.Attempts = nil, nil, 0 // released, and claimed by another one: no takeover
	h.runAll(t.Context())
	if got := h.outcomes()[batch[4].Name]; got != deprovision.RemovedUnconfirmed {
		t.Errorf("the folder whose answer was lost is %s", got)
	}
}

func TestLostAnswerOfAWholeBatchIsADoubtOfAll(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: http.MethodPost, Path: "/v1.0/$batch", Nth: 2}, Do: tenantsim.FaultResetAfterCommit}) // the first one reads
	h.runOnce(t.Context())
	if batch := h.plan().Together(folders, 0); h.state.MaybeCalled != batch[0].ID || len(h.state.Settled)+len(h.evidence) != 0 {
		t.Fatalf("doubt %q, settled %v: %v", h.state.MaybeCalled, h.state.Settled, h.failures)
	}
	h.runAll(t.Context())
	if h.state.Unconfirmed != 20 || h.state.Gone != 0 || h.state.Status != deprovision.Succeeded {
		t.Errorf("%s: unconfirmed %d, gone %d", h.state.Status, h.state.Unconfirmed, h.state.Gone)
	}
	checkFoldersOnce(t, h, 27)
}

func TestWhereEveryItemIsRefusedItIsTheIdentity(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(0), Do: tenantsim.FaultForbidden, Times: -1})
	h.runAll(t.Context())
	if h.state.Status != deprovision.Waiting || h.state.Stop.Name != "failed" || len(h.evidence) > 0 || len(foldersLeft(h)) > 0 {
		t.Fatalf("%s %+v: %+v", h.state.Status, h.state.Stop, h.state.Remainder)
	}
	h.sim.Faults.Clear()
	h.decide("failed", deprovision.Retry)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded {
		t.Errorf("%s %+v", h.state.Status, h.state.Stop)
	}
	checkFoldersOnce(t, h, 27)
}

// foldersLeft is what the remainder says of folders.
func foldersLeft(h *harness) []deprovision.Remainder {
	return slices.DeleteFunc(slices.Clone(h.state.Remainder), func(r deprovision.Remainder) bool {
		return !strings.HasPrefix(r.Name, string(footprint.QuarantineFolder))
	})
}

// TestCrashOnEachAppendOfABatchLosesNoEvidence lets the worker crash right behind each append of a removal whose items are throttled one by one.
func TestCrashOnEachAppendOfABatchLosesNoEvidence(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(4), Do: tenantsim.FaultThrottle, Times: 3, Lenient: true})
	crashes := 0
	for range 20 {
		if h.name() != folders {
			break
		}
		h.crashAfter(folders, 1)
		if h.runOnce(t.Context()); h.advanced == nil { // as the engine does of a claim that was taken over
			crashes++
			h.restart()
			if batch := h.plan().Together(folders, h.state.Cursor); len(batch) > 0 {
				h.state.MaybeCalled = batch[0].ID
			}
		}
	}
	h.advanced = nil
	h.runAll(t.Context())
	if crashes < 2 || h.state.Status != deprovision.Succeeded || h.state.Gone != 0 {
		t.Errorf("%d crashes, %s, gone %d: %v", crashes, h.state.Status, h.state.Gone, h.failures)
	}
	checkFoldersOnce(t, h, 27)
	checkUnits(t, h)
}

func TestThrottledSiteKeepsNothingFromTheOthers(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", sites(25))
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-event-receivers")
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*eventreceivers(*", Nth: 6},
		Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
	h.runOnce(t.Context())
	if len(h.failures) != 1 || len(h.evidence) != 19 || len(h.state.Settled) != 19 {
		t.Fatalf("%v: evidence of %d, settled %v", h.failures, len(h.evidence), h.state.Settled)
	}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.removed(footprint.EventReceiver)) != 30 {
		t.Errorf("%s: %d receivers %+v", h.state.Status, len(h.removed(footprint.EventReceiver)), h.state.Stop)
	}
	checkKindOnce(t, h, tenantsim.KindEventReceiver, 30)
}

// checkKindOnce expects that so many objects of a kind went, each by one call.
func checkKindOnce(t *testing.T, h *harness, kind tenantsim.Kind, want int) {
	t.Helper()
	n := 0
	for _, c := range h.sim.Changes("") {
		if c.Kind == kind && c.Effect == tenantsim.EffectRemoved {
			if n++; len(h.sim.RemovedBy(c.ID)) != 1 {
				t.Errorf("%s %s was removed by %d calls", kind, c.ID, len(h.sim.RemovedBy(c.ID)))
			}
		}
	}
	if n != want {
		t.Errorf("%d of %s went, want %d", n, kind, want)
	}
}

func TestWhatStaysOfABatchInDoubtIsWhatIsSettledNeither(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(2), Do: tenantsim.FaultResetAfterCommit})
	h.runOnce(t.Context())
	left := h.left(folders).Stays
	if len(left) != 7 { // the second batch; the one item of the first is in doubt
		t.Errorf("%d are said to stay", len(left))
	}
	open := h.plan().Together(folders, 0)[1]
	if slices.ContainsFunc(left, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, open.ID) }) {
		t.Errorf("what is in doubt is said to stay: %s", open.Name)
	}
}

func TestBatchThatIsThrottledTwiceKeepsBothParts(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(4), Do: tenantsim.FaultThrottle, Times: 3, Lenient: true})
	h.sim.Faults.Must(tenantsim.Fault{Match: deletion(18), Do: tenantsim.FaultThrottle, Lenient: true}) // of the next run: 17 were not hit before
	h.runOnce(t.Context())
	h.runOnce(t.Context())
	if len(h.failures) != 2 || len(h.state.Settled) != 19 || len(h.evidence) != 19 || h.state.Cursor != 0 {
		t.Fatalf("%v: settled %v, evidence of %d, cursor %d", h.failures, h.state.Settled, len(h.evidence), h.state.Cursor)
	}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || h.state.Gone+h.state.Unconfirmed != 0 {
		t.Errorf("%s: gone %d, unconfirmed %d", h.state.Status, h.state.Gone, h.state.Unconfirmed)
	}
	checkFoldersOnce(t, h, 27)
	checkUnits(t, h)
}

// renamed answers the read of one folder with another name.
type renamed struct {
	m365.Mail
	id string
}

func (r renamed) ReadFolders(ctx context.Context, folders []m365.Target) ([]m365.Answer, error) {
	answers, err := r.Mail.ReadFolders(ctx, folders)
	for i, f := range folders {
		if err == nil && f.ID == r.id && len(answers[i].Objects) == 1 {
			o := &answers[i].Objects[0]
			o.Raw = []byte(strings.ReplaceAll(string(o.Raw), tenantsim.QuarantineFolder, "Mine"))
		}
	}
	return answers, err
}

func TestFolderThatWasRenamedSinceThePlanStays(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	a := h.plan().Of(folders)[3]
	_, id, _ := strings.Cut(a.ID, "#")
	h.wrap(func(made *m365.Tenant) { made.Mail = renamed{made.Mail, id} })
	h.runAll(t.Context())
	if len(h.sim.RemovedBy(id)) > 0 || !slices.ContainsFunc(foldersLeft(h), func(r deprovision.Remainder) bool {
		return strings.Contains(r.Name, id) && strings.Contains(r.Instructions, `: Mine" by now`)
	}) {
		t.Errorf("%+v", foldersLeft(h))
	}
	checkFoldersOnce(t, h, 26)
}
