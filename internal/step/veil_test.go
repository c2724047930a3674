package step_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// TestSecretsOfAddressesStayInTheTenant puts secrets where products put them: into the addresses that they are called at, and into their own app.
func TestSecretsOfAddressesStayInTheTenant(t *testing.T) {
	t.Parallel()
	const secret = "SigOfTheReceiver123"
	for account, change := range map[string]func(*tenantsim.Fixture){
		"sharepoint": func(f *tenantsim.Fixture) {
			addSite(f, site(0), tenantsim.EventReceiver{Name: "r", URL: "https://user:" + secret + "@" + tenantsim.ReceiverHost + "/r?code=" + secret, EventType: 10104, Synchronization: 2})
			s := &f.SharePoint.Sites[len(f.SharePoint.Sites)-1]
			s.Web.Lists[0].Webhooks = append(s.Web.Lists[0].Webhooks,
				tenantsim.Webhook{App: tenantsim.ReceiverAppID, NotificationURL: "https://" + tenantsim.ReceiverHost + "/w?sv=1&sig=" + secret})
		},
		"chat": func(f *tenantsim.Fixture) {
			for i := range f.Subscriptions {
				f.Subscriptions[i].NotificationURL += "?token=" + secret
			}
		},
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, change)
			h.state.Request.Options.DryRun = true
			h.runAll(t.Context())
			seen := 0
			for _, a := range h.plan().Artifacts {
				text := string(a.Before) + a.Restore + a.Name
				if strings.Contains(text, secret) || strings.Contains(text, "passwordCredentials") {
					t.Errorf("the plan keeps a secret of %s: %s", a.Name, text)
				}
				if strings.Contains(text, "?…") || a.Kind == footprint.AppRegistration {
					seen++
				}
			}
			if seen < 2 {
				t.Errorf("only %d artifacts had a secret", seen)
			}
		})
	}
}
