package footprint

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// announced is the part of the page about messages that tells what the tenant's logs will hold.
func announced(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(body), "\n## The announcement\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	if !found {
		t.Fatal("the page has no announcement")
	}
	return section
}

func TestPageHasTheOperationOfEveryKind(t *testing.T) {
	t.Parallel()
	body := announced(t)
	silent := map[string]bool{}
	for kind := range matchings {
		log, operation, ok := Audited(kind)
		switch {
		case !ok:
			silent[string(kind)] = true
		case log == ExchangeAudit:
			if !regexp.MustCompile(`\n\| ` + log + ` \| [^|]*` + "`" + operation + "`").MatchString(body) {
				t.Errorf("no row has %s", operation)
			}
		case !regexp.MustCompile(fmt.Sprintf("\n\\| %s \\| `%s` \\| [^\n]*`%s`", log, operation, kind)).MatchString(body):
			t.Errorf("no row has %s for %s", operation, kind)
		}
	}
	for _, operation := range purged {
		if !strings.Contains(body, "`"+operation+"`") {
			t.Errorf("no row has %s", operation)
		}
	}
	sentence := regexp.MustCompile(`\nOf ([^\n]*) no page says`).FindStringSubmatch(body)
	if sentence == nil {
		t.Fatal("the page does not say which kinds have no operation")
	}
	var named []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(sentence[1], -1) {
		named = append(named, m[1])
	}
	slices.Sort(named)
	if !slices.Equal(named, slices.Sorted(maps.Keys(silent))) {
		t.Errorf("the page names %v as unpublished, the footprint %v", named, silent)
	}
}

func TestOperationsAreCountedInTheOrderOfTheRemoval(t *testing.T) {
	t.Parallel()
	plan := deprovision.Plan{}
	for _, kind := range []deprovision.ArtifactKind{TransportRule, QuarantineFolder, TransportRule, Subscription, UserRole, RoleAssignment, DelegateUser,
		AppPrincipal, ServicePrincipal} {
		plan.Artifacts = append(plan.Artifacts, deprovision.Artifact{Kind: kind})
	}
	want := []deprovision.AuditOperation{{Log: ExchangeAudit, Operation: "Remove-TransportRule", Count: 2}, {Log: EntraAudit, Operation: "Remove member from role", Count: 2},
		{Log: EntraAudit, Operation: "Delete user", Count: 1}, {Log: EntraAudit, Operation: "Remove service principal", Count: 2}}
	if got := Operations(plan, false); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	want = append(want, deprovision.AuditOperation{Log: EntraAudit, Operation: "Hard Delete user", Count: 1},
		deprovision.AuditOperation{Log: EntraAudit, Operation: "Hard delete service principal", Count: 2})
	if got := Operations(plan, true); !slices.Equal(got, want) {
		t.Errorf("with a purge: %+v", got)
	}
}
