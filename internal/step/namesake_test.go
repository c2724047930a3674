package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSeatsOfAnotherUserWithTheDelegatesNameStay(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive-delegate", nil)
	a := h.accounts["onedrive-delegate"]
	a.Recorded = map[string]string{"user": "11111111-2222-4333-8444-555555555555"} // the delegate is gone, and its name was given again
	h.put(a)
	delete(h.accounts, "sharepoint-delegate")
	h.decide("invalid-account", deprovision.Continue)
	h.until(t.Context(), step.Confirm)
	for _, kind := range []deprovision.ArtifactKind{footprint.SiteAdmin, footprint.DelegateUser, footprint.UserRole, footprint.UserSignIn} {
		if slices.ContainsFunc(h.plan().Artifacts, func(a deprovision.Artifact) bool { return a.Kind == kind }) {
			t.Errorf("the plan removes a %s of another user", kind)
		}
	}
	if !slices.ContainsFunc(h.plan().Suspects, func(a deprovision.Artifact) bool {
		return a.Kind == footprint.SiteAdmin && strings.Contains(a.Match, "another user's")
	}) {
		t.Errorf("suspects %+v", h.plan().Suspects)
	}
}
