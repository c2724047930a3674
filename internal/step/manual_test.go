package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// unnamed is a request about an account whose record has no names.
func unnamed(t *testing.T, account string) *harness {
	t.Helper()
	h := newFull(t, account, nil)
	a := h.accounts[account]
	a.Names = nil
	h.put(a)
	h.policy.ManualDue = 72 * time.Hour
	return h
}

// libraries and receivers by hand, as the footprint calls them.
const (
	receiversByHand = "remote event receivers on sites, webs and lists"
	librariesByHand = "hidden quarantine libraries on sites"
)

func namedAs(h *harness, name string) int {
	n := 0
	for _, r := range h.state.Remainder {
		if r.Name == name {
			n++
		}
	}
	return n
}

func TestAccountWithoutNamesWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for account, want := range map[string][]string{
		"exchange":   {"Get-MailboxFolderStatistics", "Cloud App Security Add-in"},
		"sharepoint": {"m365 spo eventreceiver list", "list --filter"},
		"teams":      {"m365 spo eventreceiver list", "list --filter"},
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := unnamed(t, account)
			h.decide("confirm", deprovision.Confirm)
			for _, text := range want {
				h.clock.set(h.clock.Now().Add(time.Hour))
				h.runAll(t.Context())
				s := h.state.Stop
				if s == nil || s.Name != "manual" || s.Manual == nil {
					t.Fatalf("%s %+v", h.state.Status, s)
				}
				due := h.clock.Now().Add(72 * time.Hour)
				if !strings.Contains(s.Manual.Instructions, text) || s.Manual.Owner != "mail team" || s.Manual.Due == nil || !s.Manual.Due.Equal(due) || s.Manual.Link == "" {
					t.Errorf("%+v", s.Manual)
				}
				if !slices.Equal(s.Offers, []deprovision.Verb{deprovision.ManualDone, deprovision.Skip, deprovision.Cancel, deprovision.Force}) {
					t.Errorf("offers %v", s.Offers)
				}
				h.decide("manual", deprovision.ManualDone)
			}
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded || namedAs(h, receiversByHand)+namedAs(h, librariesByHand) > 0 {
				t.Errorf("%s %+v: %+v", h.state.Status, h.state.Stop, h.state.Remainder)
			}
		})
	}
}

func TestSkippedManualStepIsLeft(t *testing.T) {
	t.Parallel()
	h := unnamed(t, "sharepoint")
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.Skip)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || namedAs(h, receiversByHand) != 1 || namedAs(h, librariesByHand) != 0 {
		t.Errorf("%s %+v: %+v", h.state.Status, h.state.Stop, h.state.Remainder)
	}
}

// TestForcedEndListsManualStepsOnce asks what stays, as the engine does of a forced request, at each of the two stops.
func TestForcedEndListsManualStepsOnce(t *testing.T) {
	t.Parallel()
	h := unnamed(t, "sharepoint")
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	for i, want := range [][2]int{{1, 1}, {0, 1}} {
		var open []string
		for _, s := range h.state.Steps[h.state.Step:] {
			open = append(open, s.Name)
		}
		count := map[string]int{}
		for _, r := range h.left(open...).Stays {
			count[r.Name]++
		}
		if count[receiversByHand] != want[0] || count[librariesByHand] != want[1] {
			t.Errorf("at stop %d: %v", i+1, count)
		}
		h.decide("manual", deprovision.ManualDone)
		h.runAll(t.Context())
	}
}

// TestApprovedSuspectsGoBehindAManualStep approves receivers that the record does not name, but that call a host like the product's.
func TestApprovedSuspectsGoBehindAManualStep(t *testing.T) {
	t.Parallel()
	h := unnamed(t, "onedrive")
	h.until(t.Context(), "confirm")
	h.runOnce(t.Context())
	var ids []string
	for _, a := range h.plan().Suspects {
		if a.Kind == footprint.EventReceiver {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) != 3 {
		t.Fatalf("%d suspects: %+v", len(ids), h.plan().Suspects)
	}
	h.decide("confirm", deprovision.Approve, named(ids...))
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if len(h.sim.Destructive()) > 0 || h.state.Stop == nil || h.state.Stop.Name != "manual" {
		t.Fatalf("%+v: %d calls", h.state.Stop, len(h.sim.Destructive()))
	}
	h.decide("manual", deprovision.ManualDone)
	h.decide("manual", deprovision.ManualDone)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*eventreceivers(*", Nth: 2}, Do: tenantsim.FaultThrottle, Lenient: true})
	h.runAll(t.Context())
	if got := h.removed(footprint.EventReceiver); h.state.Status != deprovision.Succeeded || len(got) != 3 {
		t.Errorf("%s %+v: removed %v", h.state.Status, h.state.Stop, got)
	}
	manual := 0
	for _, s := range h.stops {
		if s.Name == "manual" {
			manual++
		}
	}
	if manual != 2 { // one for the receivers, one for the libraries: a throttling asks nobody again
		t.Errorf("%d stops for a person", manual)
	}
}

// TestPersonIsAskedOnce lets the service refuse everything after the person's answer, so that another answer takes its place.
func TestPersonIsAskedOnce(t *testing.T) {
	t.Parallel()
	h := unnamed(t, "onedrive")
	h.until(t.Context(), "confirm")
	h.runOnce(t.Context())
	var ids []string
	for _, a := range h.plan().Suspects {
		ids = append(ids, a.ID)
	}
	h.decide("confirm", deprovision.Approve, named(ids...))
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*eventreceivers(*"}, Do: tenantsim.FaultForbidden, Times: 3})
	h.runAll(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "failed" {
		t.Fatalf("%+v", h.state.Stop)
	}
	for _, r := range h.left(h.name()).Stays {
		if r.Name == receiversByHand {
			t.Errorf("what the person did is said to stay: %+v", r)
		}
	}
	h.decide("failed", deprovision.Retry)
	h.runAll(t.Context())
	if h.name() != "remove-quarantine-libraries" || len(h.removed(footprint.EventReceiver)) != 3 {
		t.Errorf("at %s %+v: removed %v", h.name(), h.state.Stop, h.removed(footprint.EventReceiver))
	}
}
