package step

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// letGo is the fact that names what this account no longer needs, and cannot take back.
const letGo = "let-go"

// What several accounts may share, with how a mark in the account's record names it.
var shared = map[deprovision.ArtifactKind]func(deprovision.Account) string{
	footprint.RoleAssignment: appMark, footprint.PermissionGrant: appMark, footprint.AppRoleAssignment: appMark, footprint.ServicePrincipal: appMark,
	footprint.AppRegistration: appMark, footprint.AppPrincipal: principalMark,
	footprint.UserRole: userMark, footprint.UserSignIn: userMark, footprint.DelegateUser: userMark,
}

func appMark(a deprovision.Account) string { return mark("app:", a.AppID) }

func principalMark(a deprovision.Account) string { return mark("sharepoint-app:", a.SharePointAppID) }

func userMark(a deprovision.Account) string {
	if a.Kind != deprovision.Delegate {
		return ""
	}
	return mark("user:", a.UPN)
}

func mark(what, id string) string {
	if id == "" {
		return ""
	}
	return what + id
}

// keeps tells why what the account shares must stay; "" when it may go. First it writes that this account has let go, then it looks at the
// others: of two accounts that end at once, both may try to remove, but never neither.
func (j *job) keeps(ctx context.Context, artifact deprovision.Artifact) (string, error) {
	of := shared[artifact.Kind]
	if why := j.spares(artifact); why != "" {
		return why, nil
	}
	own := of(j.account)
	err := j.amend(ctx, func(a *deprovision.Account) bool {
		if slices.Contains(a.LetGo, own) {
			return false
		}
		a.LetGo = append(slices.Clip(a.LetGo), own)
		return true
	})
	if err != nil {
		return "", err
	}
	if !slices.Contains(j.marked, own) {
		j.marked = append(j.marked, own)
	}
	accounts, err := j.deps.Accounts.Of(ctx, j.account.Tenant)
	if err != nil {
		return "", fmt.Errorf("the records of the tenant's service accounts: %w", err)
	}
	var users []string
	for _, a := range accounts {
		if a.ID != j.account.ID && a.State == deprovision.AccountActive && uses(a, artifact.Kind, own) {
			users = append(users, a.ID)
		}
	}
	if len(users) == 0 {
		return "", nil
	}
	slices.Sort(users)
	return "still used by the service account " + strings.Join(users, ", "), nil
}

// uses reports whether an account needs what another one has marked, and has not let go of it. A principal of Azure ACS and a service principal
// with the same App Id are one object: whoever removes the one takes the other along.
func uses(a deprovision.Account, kind deprovision.ArtifactKind, marked string) bool {
	marks := []func(deprovision.Account) string{shared[kind]}
	if isApp(marked) {
		marks = []func(deprovision.Account) string{appMark, principalMark}
	}
	return slices.ContainsFunc(marks, func(of func(deprovision.Account) string) bool {
		own := of(a)
		return own != "" && strings.EqualFold(unmarked(own), unmarked(marked)) && !slices.Contains(a.LetGo, own)
	})
}

func isApp(mark string) bool {
	return strings.HasPrefix(mark, "app:") || strings.HasPrefix(mark, "sharepoint-app:")
}

// unmarked is what a mark names.
func unmarked(mark string) string {
	_, id, _ := strings.Cut(mark, ":")
	return id
}

// spares tells why an artifact may not go, whoever shares it.
func (j *job) spares(a deprovision.Artifact) string {
	app, planned := j.account.AppID, j.planned
	switch a.Kind {
	case footprint.UserRole, footprint.UserSignIn, footprint.DelegateUser:
		return ""
	case footprint.AppPrincipal:
		app, planned = j.account.SharePointAppID, a.ID
	case footprint.AppRegistration: // the app may have no service principal
		var before struct{ AppID string }
		if decode(a, &before) == nil {
			planned = before.AppID
		}
	}
	switch {
	case strings.EqualFold(j.tenant.ActingApp, app), j.isSpared(app):
		return "the worker itself runs as this app"
	case !strings.EqualFold(app, planned): // whose sisters are to be asked is not known any more
		return "the account's record names another App Id than when the plan was made"
	}
	return ""
}

// isSpared reports whether the worker may run as an app, other than to end what the account's own app began.
func (j *job) isSpared(app string) bool {
	for ref, own := range j.policy.Spared {
		if strings.EqualFold(own, app) && (ref == "" || ref != j.account.AppCredential) {
			return true
		}
	}
	return false
}

// amend changes the account's record by compare-and-set. change reports whether there is anything to write.
func (j *job) amend(ctx context.Context, change func(*deprovision.Account) bool) error {
	const tries = 5
	for range tries {
		record, revision, err := j.deps.Accounts.Get(ctx, j.account.Tenant, j.account.ID)
		if err != nil {
			return fmt.Errorf("the service account's record: %w", err)
		}
		if revision == 0 || !change(&record) {
			return nil
		}
		if err := m365.Fence(ctx); err != nil { // the record is written by the holder of the claim alone
			return fmt.Errorf("the service account's record: %w", err)
		}
		if _, err = j.deps.Accounts.Put(ctx, record, revision); err == nil || !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
	return errors.New("the service account's record is being changed by others all the time")
}
