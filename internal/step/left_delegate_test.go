package step_test

import (
	"slices"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// TestUserStaysWhoseSignInIsInDoubt cancels where the call that blocks the sign-in may have been made: both artifacts have the user's id.
func TestUserStaysWhoseSignInIsInDoubt(t *testing.T) {
	t.Parallel()
	const users = "remove-delegate-user"
	h := newFull(t, "sharepoint-delegate", nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), users)
	list := h.plan().Of(users)
	h.state.Cursor = slices.IndexFunc(list, func(a deprovision.Artifact) bool { return a.Kind == footprint.UserSignIn })
	h.state.MaybeCalled = list[h.state.Cursor].ID
	left := h.left(users).Stays
	if len(left) != 1 || left[0].Name[:len(footprint.DelegateUser)] != string(footprint.DelegateUser) {
		t.Errorf("%+v", left)
	}
}
