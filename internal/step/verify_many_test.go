package step_test

import (
	"context"
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
)

func TestFolderThatStillReadsBackKeepsTheRequestWaiting(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{SecretsForSharePoint: true,
		Consistency: tenantsim.Consistency{DeletedFor: 30 * time.Second}}); err != nil {
		t.Fatal(err)
	}
	h.until(t.Context(), step.VerifyRemoval)
	h.runOnce(t.Context())
	if len(h.parks) != 1 || !strings.Contains(h.state.Facts[step.VerifyRemoval], `"reads":1`) {
		t.Errorf("parks %v, kept %q", h.parks, h.state.Facts[step.VerifyRemoval])
	}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.parks) < 3 || len(foldersLeft(h)) != 1 { // the suspect
		t.Errorf("%s, parks %v, left %v", h.state.Status, h.parks, foldersLeft(h))
	}
}

// flapping answers reads of folders as a tenant does whose replicas differ: which are there, the test says.
type flapping struct {
	m365.Mail
	there func(pass int, ids []m365.Target) bool
	pass  *int
}

func (f flapping) ReadFolders(ctx context.Context, folders []m365.Target) ([]m365.Answer, error) {
	answers, err := f.Mail.ReadFolders(ctx, folders)
	*f.pass++
	if err == nil && f.there(*f.pass, folders) {
		answers[0] = m365.Answer{Objects: []m365.Object{{ID: folders[0].ID, Raw: []byte(`{"id":"` + folders[0].ID + `","displayName":"x","isHidden":true}`)}}}
	}
	return answers, err
}

// wrap puts something between the steps and the tenant.
func (h *harness) wrap(change func(*m365.Tenant)) {
	h.steps = step.New(step.Deps{Accounts: h, Brake: h.ledgers, Footprints: h.print, Clock: h.clock, Policy: func(string) step.Policy { return h.policy },
		Tenants: func(ctx context.Context, alias, reference string) (m365.Tenant, error) {
			made, err := h.tenant(ctx, alias, reference)
			change(&made)
			return made, err
		}})
}

func TestFlappingReadIsNoProof(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.until(t.Context(), step.VerifyRemoval)
	reads := 0
	h.wrap(func(m *m365.Tenant) { // absent at the first pass (two batches), there at the second, absent from then on
		m.Mail = flapping{m.Mail, func(read int, _ []m365.Target) bool { return read == 3 }, &reads}
	})
	h.until(t.Context(), step.RemoveAtProduct)
	if len(h.parks) != 3 || reads != 8 { // two clean passes behind the one that was not
		t.Errorf("%d reads, parks %v", reads, h.parks)
	}
}

func TestVerificationOfManyIsKeptByStretches(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(420))
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.crash(step.VerifyRemoval, 1)
	if kept := h.state.Facts[step.VerifyRemoval]; !strings.Contains(kept, `"at":200`) {
		t.Fatalf("the document keeps %q", kept)
	}
	if s := h.state.Steps[h.state.Step]; s.Done != 200 || s.Total != 429 {
		t.Errorf("%d of %d", s.Done, s.Total)
	}
	folder := tenantsim.Match{Method: http.MethodGet, Path: "/v1.0/users/*/mailFolders/*"}
	before := len(h.sim.CallsLike(folder))
	h.runOnce(t.Context())
	if n := len(h.sim.CallsLike(folder)) - before; n != 422-200 {
		t.Errorf("the pass went on with %d folders", n)
	}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || h.state.Removed != 422+1+6+1 {
		t.Errorf("%s: removed %d %v", h.state.Status, h.state.Removed, h.failures)
	}
}

func TestObjectFoundBeforeACrashKeepsTheRequestWaiting(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(240))
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.until(t.Context(), step.VerifyRemoval)
	reads := 0
	h.wrap(func(m *m365.Tenant) {
		m.Mail = flapping{m.Mail, func(read int, _ []m365.Target) bool { return read == 1 }, &reads}
	})
	h.crashAfter(step.VerifyRemoval, 1)
	h.runOnce(t.Context())
	h.restart()
	h.runOnce(t.Context())
	if kept := h.state.Facts[step.VerifyRemoval]; !strings.Contains(kept, `"still":[`) || strings.Contains(kept, `"absent"`) {
		t.Errorf("the document keeps %q", kept)
	}
}

// TestWhatIsLeftStaysNamedAfterACrash has more webhooks that nobody may delete than a document names, and a crash in the second pass.
func TestWhatIsLeftStaysNamedAfterACrash(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", func(f *tenantsim.Fixture) {
		sites(1)(f)
		for i := range f.SharePoint.Sites {
			if s := &f.SharePoint.Sites[i]; s.URL == site(0) {
				for n := range 46 {
					hook := tenantsim.Webhook{App: tenantsim.ReceiverAppID, NotificationURL: "https://" + tenantsim.ReceiverHost + "/webhook"}
					s.Web.Lists = append(s.Web.Lists, tenantsim.List{Title: fmt.Sprintf("List %d", n), Webhooks: slices.Repeat([]tenantsim.Webhook{hook}, 5)})
				}
			}
		}
	})
	a := h.accounts["sharepoint"]
	a.AppCredential = ""
	h.put(a)
	h.policy.ConfirmsItself = true
	h.crash(step.VerifyRemoval, 1)
	h.runOnce(t.Context())
	h.clock.set(h.clock.Now().Add(time.Minute))
	h.crash(step.VerifyRemoval, 1)
	h.runAll(t.Context())
	left := 0
	for _, r := range h.state.Remainder {
		if strings.HasPrefix(r.Name, string(footprint.ListWebhook)) {
			left++
		}
	}
	if h.state.Status != deprovision.Succeeded || left != 231 {
		t.Errorf("%s: %d webhooks are named as left", h.state.Status, left)
	}
}

func TestCopyInDeletedItemsIsNotTheFolder(t *testing.T) {
	t.Parallel()
	h := ofBatches(t)
	h.runAll(t.Context())
	copies := 0
	for _, c := range h.sim.Changes("") {
		if c.Kind == tenantsim.KindMailFolder && c.Effect == tenantsim.EffectCreated {
			copies++
		}
	}
	if copies != 27 || h.state.Status != deprovision.Succeeded || slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
		return strings.Contains(r.Instructions, "still there")
	}) {
		t.Errorf("%s, %d copies: %+v", h.state.Status, copies, h.state.Remainder)
	}
}

// TestWhatADocumentHasNoRoomToNameIsNotWaitedFor leaves more webhooks than a document names: the engine cuts the list.
func TestWhatADocumentHasNoRoomToNameIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", func(f *tenantsim.Fixture) {
		sites(1)(f)
		s := &f.SharePoint.Sites[len(f.SharePoint.Sites)-1]
		for range 30 {
			s.Web.Lists[0].Webhooks = append(s.Web.Lists[0].Webhooks,
				tenantsim.Webhook{App: tenantsim.ReceiverAppID, NotificationURL: "https://" + tenantsim.ReceiverHost + "/webhook"})
		}
	})
	a := h.accounts["sharepoint"]
	a.AppCredential = ""
	h.put(a)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.VerifyRemoval)
	n := len(h.state.Remainder)
	h.state.Remainder = append(h.state.Remainder[:4:4], deprovision.Remainder{Name: fmt.Sprintf("… and %d more", n-4)})
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.stops) > 0 || len(h.state.Remainder) < n {
		t.Errorf("%s, stops %+v, %d of %d named", h.state.Status, h.stops, len(h.state.Remainder), n)
	}
}
