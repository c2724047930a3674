package step_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// rereadsOf are the rereads of an artifact, in order.
func (h *harness) rereadsOf(a deprovision.Artifact) []deprovision.Reread {
	var out []deprovision.Reread
	for _, r := range h.rereads {
		if r.Kind == a.Kind && r.ID == a.ID {
			out = append(out, r)
		}
	}
	return out
}

// pauseBetween is the least time between the two reads that prove an object gone.
const pauseBetween = 10 * time.Second

func TestEachRemovedArtifactHasTwoRereads(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"exchange", "inline", "sharepoint", "onedrive-delegate", "teams", "chat"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			delete(h.accounts, "sharepoint-delegate") // it shares the user
			h.finish()
			ids := map[string]bool{} // of requests to the tenant, by its own log
			for _, c := range h.sim.Calls() {
				ids[c.RequestID] = true
			}
			for _, e := range h.evidence {
				if e.Artifact.Kind == footprint.ProductAccount { // no tenant has it
					continue
				}
				two := h.rereadsOf(e.Artifact)
				if e.Artifact.Kind == footprint.Subscription && len(two) == 4 { // by the step that ended it, and again in the end
					two = two[2:]
				}
				if len(two) != 2 || two[1].At.Sub(two[0].At) < pauseBetween || two[0].At.Before(e.At) {
					t.Errorf("%s %s went at %s and was read again %+v", e.Artifact.Kind, e.Artifact.Name, e.At, two)
					continue
				}
				for _, r := range two {
					if r.Call == "" || r.RequestID != "" && !ids[r.RequestID] {
						t.Errorf("%s: %+v", e.Artifact.Kind, r)
					}
					if body, err := json.Marshal(r); err != nil || strings.Contains(string(body), `"name"`) {
						t.Errorf("%s, %v", body, err)
					}
				}
			}
			if len(h.evidence) < 5 || len(h.rereads) > 2*len(h.evidence)+2*len(h.removed(footprint.Subscription)) {
				t.Errorf("%d artifacts went, %d rereads", len(h.evidence), len(h.rereads))
			}
		})
	}
}

// TestRefusalIsKeptWithTheServicesOwnID expects a request-id where the service itself says that the object is not there.
func TestRefusalIsKeptWithTheServicesOwnID(t *testing.T) {
	t.Parallel()
	refused := []deprovision.ArtifactKind{footprint.QuarantineFolder, footprint.ServicePrincipal, footprint.PermissionGrant, footprint.Microsoft365Group,
		footprint.QuarantineLibrary, footprint.DelegateUser, footprint.AppPrincipal, footprint.AppRegistration, footprint.RoleAssignment}
	seen := map[deprovision.ArtifactKind]bool{}
	for _, account := range []string{"exchange", "inline", "sharepoint", "onedrive-delegate", "chat"} {
		h := newFull(t, account, nil)
		delete(h.accounts, "sharepoint-delegate")
		h.finish()
		for _, r := range h.rereads {
			if slices.Contains(refused, r.Kind) && r.RequestID == "" && !strings.HasSuffix(r.Call, "roleAssignments") {
				t.Errorf("%s by %s has no id", r.Kind, r.Call)
			}
			seen[r.Kind] = seen[r.Kind] || r.RequestID != ""
		}
	}
	for _, kind := range []deprovision.ArtifactKind{footprint.QuarantineFolder, footprint.ServicePrincipal, footprint.DelegateUser, footprint.QuarantineLibrary} {
		if !seen[kind] {
			t.Errorf("no reread of %s has an id", kind)
		}
	}
}

func TestWhatWasLeftOnPurposeHasNoReread(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-RoleGroup"}, Do: tenantsim.FaultForbidden, Times: -1})
	h.decide("failed", deprovision.Skip)
	h.finish()
	left := 0
	for _, a := range h.plan().Artifacts {
		n := len(h.rereadsOf(a))
		if a.Kind == footprint.RoleGroup {
			if left++; n != 0 {
				t.Errorf("%s stays, and has %d rereads", a.Name, n)
			}
		} else if n != 2 {
			t.Errorf("%s %s has %d rereads", a.Kind, a.Name, n)
		}
	}
	if left != 1 {
		t.Errorf("%d role groups", left)
	}
}

// TestCrashBetweenStretchesKeepsEachReread crashes behind a stretch, and in the middle of one.
func TestCrashBetweenStretchesKeepsEachReread(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*tenantsim.Fault{
		"behind a stretch": nil,
		"in a stretch":     {Match: tenantsim.Match{Method: http.MethodGet, Path: "/v1.0/users/*/mailFolders/*", Nth: 250}, Do: tenantsim.FaultThrottle, Lenient: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "exchange", mailboxes(420))
			h.policy.ConfirmsItself = true
			h.decide("manual", deprovision.ManualDone)
			h.until(t.Context(), step.VerifyRemoval)
			if fault == nil {
				h.crash(step.VerifyRemoval, 1)
				if n := len(h.rereads); n != 200 {
					t.Errorf("%d rereads are kept with the first stretch", n)
				}
			} else {
				h.sim.Faults.Must(*fault)
			}
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded {
				t.Fatalf("%s %v", h.state.Status, h.failures)
			}
			for _, a := range h.plan().Artifacts {
				if n := len(h.rereadsOf(a)); n != 2 {
					t.Errorf("%s %s has %d rereads", a.Kind, a.Name, n)
				}
			}
		})
	}
}

// TestPassThatFindsSomethingProvesNothing has a directory that shows removed objects for a while.
func TestPassThatFindsSomethingProvesNothing(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{SecretsForSharePoint: true,
		Consistency: tenantsim.Consistency{DeletedFor: 30 * time.Second}}); err != nil {
		t.Fatal(err)
	}
	h.finish()
	if len(h.parks) < 2 {
		t.Fatalf("nothing was waited for: %v", h.parks)
	}
	for _, a := range h.plan().Artifacts {
		if two := h.rereadsOf(a); len(two) != 2 || two[1].At.Sub(two[0].At) < pauseBetween {
			t.Errorf("%s %s has the rereads %+v", a.Kind, a.Name, two)
		}
	}
}

// TestStretchesBehindWhatIsStillThereKeepNoRereads finds a folder in the first of two stretches: the rest of the pass is no proof.
func TestStretchesBehindWhatIsStillThereKeepNoRereads(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(440))
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.until(t.Context(), step.VerifyRemoval)
	reads := 0
	h.wrap(func(m *m365.Tenant) {
		m.Mail = flapping{m.Mail, func(read int, _ []m365.Target) bool { return read == 1 }, &reads}
	})
	h.runOnce(t.Context())
	if len(h.rereads) > 0 || len(h.parks) != 1 {
		t.Errorf("%d rereads of a pass that found something, parks %v", len(h.rereads), h.parks)
	}
}

// TestEventOfAStretchIsSmall measures the largest event that a verification writes, and what all of them keep for years.
func TestEventOfAStretchIsSmall(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(230))
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.crash(step.VerifyRemoval, 1)
	msg, err := event.EncodeProgress(deprovision.Event{Progress: h.state, Change: deprovision.Change{ID: "c", Kind: deprovision.Advanced, Rereads: h.rereads}})
	if err != nil {
		t.Fatal(err)
	}
	each := len(msg.Data) / len(h.rereads)
	if len(h.rereads) != 200 || len(msg.Data) > 128<<10 || each > 640 {
		t.Errorf("%d rereads in %d bytes, %d each", len(h.rereads), len(msg.Data), each)
	}
	t.Logf("%d rereads in %d bytes", len(h.rereads), len(msg.Data))
}

// However many subscriptions an app had, no event holds more rereads than fit into a message, and each look lists them a few times only.
func TestRereadsOfManySubscriptionsGoIntoSeveralEvents(t *testing.T) {
	t.Parallel()
	h := newFull(t, "chat", func(f *tenantsim.Fixture) {
		one := f.Subscriptions[slices.IndexFunc(f.Subscriptions, func(s tenantsim.Subscription) bool { return s.Resource == "chats/getAllMessages" })]
		for i := range 250 {
			more := one
			more.ID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
			f.Subscriptions = append(f.Subscriptions, more)
		}
	})
	h.policy.ConfirmsItself = true
	h.answer["brake"] = append(h.answer["brake"], deprovision.Decision{ID: "b", Verb: deprovision.Approve, Names: []string{"brake"}})
	h.until(t.Context(), "stop-subscriptions")
	lists := tenantsim.Match{Method: "GET", Path: "/v1.0/subscriptions"}
	before, listed, most := 0, len(h.sim.CallsLike(lists)), 0
	h.advanced = func(string) error {
		most, before = max(most, len(h.rereads)-before), len(h.rereads)
		return nil
	}
	for h.name() == "stop-subscriptions" {
		h.runOnce(t.Context())
		most, before = max(most, len(h.rereads)-before), len(h.rereads)
	}
	if n := len(h.rereads); n != 2*251 || most > 200 {
		t.Errorf("%d rereads, at most %d in one event", n, most)
	}
	if n := len(h.sim.CallsLike(lists)) - listed; n > 3*251 {
		t.Errorf("the subscriptions were listed %d times", n)
	}
}
