package footprint_test

import (
	"slices"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMistakesOfTheOtherServicesAreNamedByTheirPath(t *testing.T) {
	t.Parallel()
	const mail, sharepoint = "services.exchange-online", "services.sharepoint-online"
	for name, tc := range map[string]struct{ old, now, field string }{
		"an unknown kind":                   {"{kind: quarantine-folder, step", "{kind: quarantine-box, step", mail + ".artifacts[1].kind"},
		"a name of what is in records only": {"{kind: quarantine-folder, step", "{kind: quarantine-folder, names: [x], step", mail + ".artifacts[1].names[0]"},
		"a role group without its roles":    {"        grants: [ApplicationImpersonation, Mailbox Search]\n", "", mail + ".artifacts[2].grants"},
		"a role group without a name":       {"        names: [delegation_service]\n", "", mail + ".artifacts[2].names"},
		"roles of Exchange for a user":      {"{kind: user-sign-in, step", "{kind: user-sign-in, grants: [x], step", mail + ".artifacts[4].grants"},
		"a subscription to nothing":         {", resources: [users/, me/, mailFolders]}", "}", mail + ".artifacts[0].resources"},
		"resources of a folder":             {"{kind: quarantine-folder, step", "{kind: quarantine-folder, resources: [x], step", mail + ".artifacts[1].resources"},
		"a manual step that is not listed":  {"- step: remove-add-in", "- step: remove-adding", mail + ".manual[1].step"},
		"a manual step without a name":      {"name: Outlook add-in Cloud App Security Add-in", "name: ''", mail + ".manual[1].name"},
		"a link of no site":                 {"link: https://admin.microsoft.com/#/Settings/IntegratedApps", "link: admin", mail + ".manual[1].link"},
		"a condition of no recorded kind":   {"unrecorded: quarantine-folder", "unrecorded: role-group", mail + ".manual[0].unrecorded"},
		"a condition of nothing":            {"unrecorded: sharepoint-app-id", "unrecorded: sharepoint-id", sharepoint + ".remainder[2].unrecorded"},
		"a remainder of no kind of account": {"        account: delegate\n        instructions: >-\n          Site settings", "        account: admin\n        instructions: >-\n          Site settings",
			sharepoint + ".remainder[1].account"},
		"subscriptions that live for months": {"lapse: 168h", "lapse: 16800h", mail + ".lapse"},
		"no limit for a kind":                {"  quarantine-folder: 200000", "  quarantine-folder: 0", mail + ".artifacts[1].kind"},
		"no right for a call":                {`call: "DELETE /users/{id}/mailFolders/{id}", perm`, `call: "DELETE /users/{id}/folders", perm`, mail + ".artifacts[1].kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := spoil(t, tc.old, tc.now)
			if !slices.ContainsFunc(invalids(err), func(i *deprovision.Invalid) bool { return i.Field == tc.field && i.Allowed != "" }) {
				t.Errorf("no word about %s: %v", tc.field, err)
			}
		})
	}
}
