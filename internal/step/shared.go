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

// What hangs on an App Id is shared by all accounts with that App Id.
var shared = []deprovision.ArtifactKind{footprint.RoleAssignment, footprint.PermissionGrant, footprint.AppRoleAssignment, footprint.ServicePrincipal}

// keeps tells why what hangs on the account's App Id must stay; "" when it may go. First it writes that this account has let go, then it
// looks at the others: of two accounts that end at once, both may try to remove, but never neither.
func (j *job) keeps(ctx context.Context) (string, error) {
	if slices.ContainsFunc(append([]string{j.tenant.ActingApp}, j.policy.Spared...), func(app string) bool { return strings.EqualFold(app, j.account.AppID) }) {
		return "the worker itself runs as this app", nil
	}
	if !strings.EqualFold(j.account.AppID, j.planned) { // whose sisters are to be asked is not known any more
		return "the account's record names another App Id than when the plan was made", nil
	}
	mark := sharedMark(j.account)
	err := j.amend(ctx, func(a *deprovision.Account) bool {
		if slices.Contains(a.LetGo, mark) {
			return false
		}
		a.LetGo = append(slices.Clip(a.LetGo), mark)
		return true
	})
	if err != nil {
		return "", err
	}
	j.marked = true
	accounts, err := j.deps.Accounts.Of(ctx, j.account.Tenant)
	if err != nil {
		return "", fmt.Errorf("the records of the tenant's service accounts: %w", err)
	}
	var users []string
	for _, a := range accounts {
		if a.ID != j.account.ID && strings.EqualFold(a.AppID, j.account.AppID) && a.State == deprovision.AccountActive && !slices.Contains(a.LetGo, sharedMark(a)) {
			users = append(users, a.ID)
		}
	}
	if len(users) == 0 {
		return "", nil
	}
	slices.Sort(users)
	return "still used by the service account " + strings.Join(users, ", "), nil
}

func sharedMark(a deprovision.Account) string { return "app:" + a.AppID }

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
