package step

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// delegate reads the delegate user once per run; nil when there is none. What was recorded is its id; a name may be another user's by now.
func (j *job) delegate(ctx context.Context) (*m365.Object, error) {
	if j.sought || j.account.Kind != deprovision.Delegate || j.account.UPN == "" {
		return j.user, nil
	}
	user, err := j.tenant.Directory.User(ctx, cmp.Or(j.account.Recorded["user"], j.account.Recorded[j.account.UPN], j.account.UPN))
	if err != nil && !gone(err) {
		return nil, err
	}
	if err == nil {
		j.user = &user
	}
	j.sought = true
	return j.user, nil
}

// userRole is a directory role of the delegate user. Roles go first: an app may not touch who holds one.
// https://learn.microsoft.com/graph/api/user-delete
type userRole struct{}

func (userRole) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	user, err := j.delegate(ctx)
	if user == nil || err != nil {
		return nil, err
	}
	found, err := j.tenant.Directory.RoleAssignments(ctx, user.ID)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseAll(footprint.UserRole, "GET /roleManagement/directory/roleAssignments", found)
}

func (userRole) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	return readOf(ctx, j.tenant.Directory.RoleAssignments, a)
}

func (userRole) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Directory.DeleteRoleAssignment(ctx, a.ID)
}

// delegateUser is the user itself, or that it may sign in: those are two artifacts, for each goes by a call of its own.
type delegateUser struct{ name deprovision.ArtifactKind }

func (k delegateUser) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	user, err := j.delegate(ctx)
	if err != nil {
		return nil, err
	}
	var out []footprint.Object
	if user != nil {
		if out, err = k.seen(*user); err != nil {
			return nil, err
		}
	}
	other, err := j.namesake(ctx, user)
	if other == nil || err != nil || k.name != footprint.DelegateUser {
		return out, err
	}
	more, err := k.seen(*other)
	return append(out, more...), err
}

// namesake reads who has the delegate's name, where another id was recorded: by now that may be somebody else, and so may be what has the name.
func (j *job) namesake(ctx context.Context, user *m365.Object) (*m365.Object, error) {
	if j.account.Kind != deprovision.Delegate || j.account.UPN == "" || cmp.Or(j.account.Recorded["user"], j.account.Recorded[j.account.UPN]) == "" {
		return nil, nil
	}
	other, err := j.tenant.Directory.User(ctx, j.account.UPN)
	if gone(err) {
		return nil, nil
	}
	if err != nil || user != nil && strings.EqualFold(user.ID, other.ID) {
		return nil, err
	}
	return &other, nil
}

// seen is what there is of a user: nothing of its sign-in once that is blocked.
func (k delegateUser) seen(user m365.Object) ([]footprint.Object, error) {
	var state struct {
		Enabled *bool `json:"accountEnabled"`
	}
	if err := json.Unmarshal(user.Raw, &state); err != nil {
		return nil, unreadable("GET /users/{id}", err)
	}
	if k.name == footprint.UserSignIn && state.Enabled != nil && !*state.Enabled {
		return nil, nil
	}
	return parse(k.name, "GET /users/{id}", user.Raw)
}

func (k delegateUser) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	user, err := j.tenant.Directory.User(ctx, a.ID)
	if err != nil {
		return unread(err)
	}
	objects, err := k.seen(user)
	if err != nil {
		return reading{err: err}
	}
	return among(objects, a)
}

func (k delegateUser) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	call := j.tenant.Identities.DeleteUser
	if k.name == footprint.UserSignIn {
		call = j.tenant.Identities.DisableUser
	}
	receipt, err := call(ctx, a.ID)
	if f, ok := failureIn(err); ok && f.Class == deprovision.Forbidden && j.replicating() {
		later := *f
		later.Class, later.Err = deprovision.Transient, fmt.Errorf("its roles were taken away a moment ago, and that is not everywhere yet: %w", f.Err)
		return receipt, &later
	}
	return receipt, err
}

// stripped is the fact when the last role of the delegate was taken away.
const stripped = "roles-stripped"

// replication is how long a directory may still see a role that was taken away.
const replication = 30 * time.Minute

// replicating reports whether roles were taken away so lately that a refusal may be about them.
func (j *job) replicating() bool {
	at, err := time.Parse(time.RFC3339, j.work.Progress().Facts[stripped])
	return err == nil && j.now().Sub(at) < replication
}
