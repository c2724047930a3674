package step_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// mailboxes adds users with a mailbox each, and the product's hidden folder in it.
func mailboxes(n int) func(*tenantsim.Fixture) {
	return func(f *tenantsim.Fixture) {
		for i := range n {
			address := mailbox(i)
			f.Users = append(f.Users, tenantsim.User{UserPrincipalName: address, DisplayName: address})
			f.Exchange.Mailboxes = append(f.Exchange.Mailboxes, tenantsim.Mailbox{Name: address, Address: address})
			f.Mail.Folders = append(f.Mail.Folders, tenantsim.MailFolder{Mailbox: address, DisplayName: tenantsim.QuarantineFolder, Hidden: true})
		}
	}
}

func mailbox(i int) string { return fmt.Sprintf("user%03d@contoso.example", i) }

// sites adds site collections with a receiver of the product on the web of each.
func sites(n int) func(*tenantsim.Fixture) {
	return func(f *tenantsim.Fixture) {
		for i := range n {
			addSite(f, site(i), tenantsim.EventReceiver{Name: tenantsim.ReceiverName, URL: tenantsim.ReceiverURL, EventType: 10104, Synchronization: 2, Sequence: 10000})
		}
	}
}

func site(i int) string { return fmt.Sprintf("%s/sites/s%03d", tenantsim.SharePointURL, i) }

func addSite(f *tenantsim.Fixture, address string, receivers ...tenantsim.EventReceiver) {
	f.Sites = append(f.Sites, tenantsim.Site{URL: address, Title: address})
	f.SharePoint.Sites = append(f.SharePoint.Sites, tenantsim.SharePointSite{URL: address, PrimaryAdmin: "i:0#.f|membership|admin@" + tenantsim.InlineDomain,
		Web: tenantsim.Web{Title: address, Receivers: receivers, Lists: []tenantsim.List{{Title: "Documents"}}}})
}

// fixtureOf does several changes of a fixture.
func fixtureOf(changes ...func(*tenantsim.Fixture)) func(*tenantsim.Fixture) {
	return func(f *tenantsim.Fixture) {
		for _, change := range changes {
			change(f)
		}
	}
}

// visitsOf counts the calls of one kind by their path.
func visitsOf(calls []tenantsim.Call) map[string]int {
	count := map[string]int{}
	for _, c := range calls {
		count[c.Path]++
	}
	return count
}

// twice lists what was called about more than once.
func twice(count map[string]int) []string {
	var out []string
	for path, n := range count {
		if n > 1 {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// recycle moves a list of the marketing site to the recycle bin, as a user would.
func recycle(t *testing.T, tenant m365.Tenant, id string) error {
	t.Helper()
	_, err := tenant.SharePoint.RemoveList(t.Context(), m365.Target{Place: tenantsim.MarketingSite, ID: id}, false)
	return err
}
