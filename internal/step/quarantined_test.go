package step_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// caution is the text of a caution of the plan.
func (h *harness) caution(code string) string {
	i := slices.IndexFunc(h.state.Plan.Cautions, func(c deprovision.Caution) bool { return c.Code == code })
	if i < 0 {
		return ""
	}
	return h.state.Plan.Cautions[i].Text
}

func TestCautionCountsWhatTheWalkFound(t *testing.T) {
	t.Parallel()
	for account, says := range map[string]string{
		"exchange": "afterwards: 3 items in 2 hidden folders.", "teams": "afterwards: 2 items in 1 hidden library.",
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			h.until(t.Context(), step.Confirm)
			if text := h.caution("quarantine-lost"); !strings.Contains(text, says) {
				t.Errorf("%s", text)
			}
		})
	}
}

// fuller answers about folders as a tenant in which more mail arrived.
type fuller struct{ m365.Mail }

func more(answers []m365.Answer, err error) ([]m365.Answer, error) {
	for _, a := range answers {
		for i, o := range a.Objects {
			a.Objects[i].Raw = bytes.ReplaceAll(o.Raw, []byte(`"totalItemCount":`), []byte(`"totalItemCount":4`))
		}
	}
	return answers, err
}

func (f fuller) Folders(ctx context.Context, mailboxes []string) ([]m365.Answer, error) {
	return more(f.Mail.Folders(ctx, mailboxes))
}

func (f fuller) ReadFolders(ctx context.Context, folders []m365.Target) ([]m365.Answer, error) {
	return more(f.Mail.ReadFolders(ctx, folders))
}

func TestMailThatArrivesInTheQuarantineIsNoDrift(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.until(t.Context(), step.Confirm)
	h.runOnce(t.Context())
	first, text := h.state.Plan.Digest, h.caution("quarantine-lost")
	h.wrap(func(t *m365.Tenant) { t.Mail = fuller{t.Mail} })
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || h.state.Plan.Digest != first || h.caution("quarantine-lost") != text {
		t.Errorf("%s %+v: %s", h.state.Status, h.state.Stop, h.caution("quarantine-lost"))
	}
	if n := len(h.removed("quarantine-folder")); n != 2 {
		t.Errorf("%d folders went", n)
	}
}

func TestConsumersThatWereRecordedAfterThePlanAreDrift(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.until(t.Context(), step.Confirm)
	h.runOnce(t.Context())
	first := h.state.Plan.Digest
	a := h.accounts["exchange"]
	a.Consumers = []string{"mail triage robot"}
	h.put(a)
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	checkDrift(t, h, first, 0, []string{"cautions differ"})
	if text := h.caution("threat-mitigation-stops"); !strings.Contains(text, "mail triage robot") {
		t.Errorf("%s", text)
	}
}

func TestPlanFlagsADelegateThatIsGlobalAdministrator(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive-delegate", nil)
	h.until(t.Context(), step.Confirm)
	h.runOnce(t.Context())
	const code = "delegate-is-global-administrator"
	if s := h.state.Stop; h.caution(code) == "" || s == nil || !strings.Contains(s.Detail, code) {
		t.Errorf("%v; %+v", h.everything(), s)
	}
	other := newFull(t, "onedrive-delegate", func(f *tenantsim.Fixture) {
		f.RoleAssignments = slices.DeleteFunc(f.RoleAssignments, func(a tenantsim.RoleAssignment) bool { return a.Principal == tenantsim.DelegateID })
	})
	other.until(t.Context(), step.Confirm)
	if other.caution(code) != "" {
		t.Errorf("one without roles is flagged: %v", other.everything())
	}
}
