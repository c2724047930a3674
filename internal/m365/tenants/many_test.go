package tenants_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// keyPair makes a self-signed certificate, and it with its key, in PEM.
func keyPair(t testing.TB) (cert, both string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "worker"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, cert + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

// services starts a simulated tenant with what all six services leave, whose worker signs in with a certificate.
func services(t testing.TB) (*tenantsim.Sim, tenants.Credential) {
	t.Helper()
	cert, both := keyPair(t)
	f := tenantsim.ServicesTenant()
	tenantsim.AddSharePoint(f)
	for i := range f.ServicePrincipals {
		if f.ServicePrincipals[i].AppID == tenantsim.WorkerAppID {
			f.ServicePrincipals[i].Certificates = []string{cert}
		}
	}
	sim, err := tenantsim.New(f, tenantsim.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, tenants.Credential{Type: token.Certificate, ClientID: tenantsim.WorkerAppID, CertificateFile: file(t, both)}
}

// ways are a simulated tenant by its own addresses, and by Microsoft's through a proxy.
func ways() map[string]func(testing.TB) (*tenantsim.Sim, m365.Tenant) {
	return map[string]func(testing.TB) (*tenantsim.Sim, m365.Tenant){
		"by its own addresses": func(t testing.TB) (*tenantsim.Sim, m365.Tenant) {
			t.Helper()
			sim, credential := services(t)
			c := contoso(t, sim)
			c.Endpoints.SharePoint = sim.BaseURL() + "/sharepoint/" + tenantsim.SharePointName
			c.Credentials["main"] = credential
			return sim, reach(t, open(t, c, tenants.Options{}), "")
		},
		"by Microsoft's": func(t testing.TB) (*tenantsim.Sim, m365.Tenant) {
			t.Helper()
			sim, credential := services(t)
			proxy, err := sim.StartProxy(t.Context(), "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			to, err := url.Parse(proxy)
			if err != nil {
				t.Fatal(err)
			}
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(sim.CAPEM())
			base := transport.NewBase(pool)
			base.Proxy = http.ProxyURL(to)
			t.Cleanup(base.CloseIdleConnections)
			c := worldwide(contoso(t, sim), "contoso.sharepoint.com")
			c.Product, c.Credentials = tenants.Product{}, map[string]tenants.Credential{"main": credential}
			return sim, reach(t, open(t, c, tenants.Options{HTTP: base}), "")
		},
	}
}

func TestManyObjectsAreReachedOfEveryKind(t *testing.T) {
	t.Parallel()
	for name, start := range ways() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, tenant := start(t)
			for api, use := range map[string]func(*testing.T, m365.Tenant){
				"mail": mail, "sites": sites, "apps": apps, "sharepoint": sharePoint, "identities": identities,
			} {
				t.Run(api, func(t *testing.T) {
					t.Parallel()
					use(t, tenant)
				})
			}
		})
	}
}

// must returns what a call answers.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func idsOf(objects []m365.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.ID)
	}
	return out
}

// named returns the one object of this name.
func named(t *testing.T, objects []m365.Object, name string) m365.Object {
	t.Helper()
	var found []m365.Object
	for _, o := range objects {
		if o.Name == name {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d of %d objects are named %q", len(found), len(objects), name)
	}
	return found[0]
}

const (
	firstCall  = "7d0c3f5e-0000-8000-8000-000000000001"
	secondCall = "7d0c3f5e-0000-8000-8000-000000000002"
)

func mail(t *testing.T, tenant m365.Tenant) {
	t.Helper()
	boxes := must[[]m365.Object](t)(tenant.Mail.Mailboxes(t.Context()))
	answers := must[[]m365.Answer](t)(tenant.Mail.Folders(t.Context(), idsOf(boxes)[:min(len(boxes), 20)]))
	var quarantine []m365.Target
	for i, a := range answers {
		for _, f := range a.Objects {
			if f.Name == tenantsim.QuarantineFolder {
				quarantine = append(quarantine, m365.Target{Place: boxes[i].ID, ID: f.ID, CallID: []string{firstCall, secondCall}[len(quarantine)%2]})
			}
		}
	}
	if len(quarantine) != 2 { // one of them below another folder
		t.Fatalf("%d folders in %+v", len(quarantine), answers)
	}
	for _, a := range must[[]m365.Answer](t)(tenant.Mail.ReadFolders(t.Context(), quarantine)) {
		if a.Err != nil || len(a.Objects) != 1 || !strings.Contains(string(a.Objects[0].Raw), `"isHidden":true`) {
			t.Errorf("%+v", a)
		}
	}
	for i, a := range must[[]m365.Answer](t)(tenant.Mail.DeleteFolders(t.Context(), quarantine, false)) {
		if a.Err != nil || a.Receipt.ClientID != quarantine[i].CallID || a.Receipt.RequestID == "" {
			t.Errorf("%+v", a)
		}
	}
}

func sites(t *testing.T, tenant m365.Tenant) {
	t.Helper()
	all := must[[]m365.Object](t)(tenant.Sites.Sites(t.Context()))
	var shown struct{ IsPersonalSite *bool }
	if len(all) == 0 || json.Unmarshal(all[0].Raw, &shown) != nil || shown.IsPersonalSite == nil {
		t.Errorf("%+v", all)
	}
	ofTeams := must[[]m365.Object](t)(tenant.Sites.TeamSites(t.Context()))
	if named(t, ofTeams, tenantsim.FinanceSite); !strings.Contains(string(ofTeams[0].Raw), `"groupId"`) {
		t.Errorf("%s", ofTeams[0].Raw)
	}
}

func apps(t *testing.T, tenant m365.Tenant) {
	t.Helper()
	team := named(t, must[[]m365.Object](t)(tenant.Apps.Teams(t.Context())), tenantsim.FinanceTeam)
	users := idsOf(must[[]m365.Object](t)(tenant.Mail.Mailboxes(t.Context())))
	users = users[:min(len(users), 20)]
	chats := map[string]bool{}
	for _, a := range must[[]m365.Answer](t)(tenant.Apps.Chats(t.Context(), users)) {
		if a.Err != nil {
			t.Error(a.Err)
		}
		for _, c := range a.Objects {
			chats[c.ID] = true
		}
	}
	for scope, places := range map[string][]string{m365.InTeam: {team.ID}, m365.InChat: keysOf(chats), m365.InUser: users} {
		found := 0
		for i, a := range must[[]m365.Answer](t)(tenant.Apps.Installed(t.Context(), scope, places)) {
			for _, o := range a.Objects {
				if o.Name != tenantsim.CatalogAppName {
					continue
				}
				receipt, err := tenant.Apps.Uninstall(t.Context(), scope, m365.Target{Place: places[i], ID: o.ID, CallID: firstCall})
				if found++; err != nil || receipt.ClientID != firstCall {
					t.Error(scope, receipt, err)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: %d", scope, found)
		}
	}
}

func keysOf(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func sharePoint(t *testing.T, tenant m365.Tenant) {
	t.Helper()
	sp, list := tenant.SharePoint, must[[]m365.Object](t)
	named(t, list(sp.Webs(t.Context(), tenantsim.MarketingSite)), tenantsim.EventsWeb)
	lists := list(sp.Lists(t.Context(), tenantsim.MarketingSite))
	library, campaigns := named(t, lists, tenantsim.QuarantineLibrary), named(t, lists, "Campaigns")
	if o := must[m365.Object](t)(sp.List(t.Context(), tenantsim.MarketingSite, library.ID)); o.Name != library.Name {
		t.Errorf("%+v", o)
	}
	done := func(receipt m365.Receipt, err error) {
		t.Helper()
		if err != nil || receipt.ClientID != firstCall || receipt.RequestID == "" {
			t.Error(receipt, err)
		}
	}
	for scope, want := range map[string]int{m365.OnSite: 1, m365.OnWeb: 1, campaigns.ID: 2} {
		found := 0
		for _, r := range list(sp.Receivers(t.Context(), tenantsim.MarketingSite, scope)) {
			if r.Name == tenantsim.ReceiverName && strings.Contains(string(r.Raw), tenantsim.ReceiverHost) {
				found++
				done(sp.DeleteReceiver(t.Context(), m365.Target{Place: tenantsim.MarketingSite, Inside: scope, ID: r.ID, CallID: firstCall}))
			}
		}
		if found != want {
			t.Errorf("%s: %d", scope, found)
		}
	}
	hook := named(t, list(sp.Webhooks(t.Context(), tenantsim.MarketingSite, campaigns.ID)), "https://"+tenantsim.ReceiverHost+"/webhook")
	_, err := sp.DeleteWebhook(t.Context(), m365.Target{Place: tenantsim.MarketingSite, Inside: campaigns.ID, ID: hook.ID})
	if class := deprovision.ClassOf(err); class != deprovision.Forbidden && class != deprovision.Gone && class != deprovision.Malformed {
		t.Error("another app's webhook", err)
	}
	for _, site := range []string{tenantsim.MarketingSite, tenantsim.PersonalSite} {
		for _, a := range list(sp.Admins(t.Context(), site)) {
			if a.ID == tenantsim.DelegateLogin {
				done(sp.RemoveAdmin(t.Context(), m365.Target{Place: site, ID: a.ID, CallID: firstCall}))
			}
		}
		if slices.Contains(idsOf(list(sp.Admins(t.Context(), site))), tenantsim.DelegateLogin) {
			t.Errorf("still an administrator of %s", site)
		}
	}
	done(sp.RemoveList(t.Context(), m365.Target{Place: tenantsim.MarketingSite, ID: library.ID, CallID: firstCall}, false))
	_, gone := sp.List(t.Context(), tenantsim.MarketingSite, library.ID)
	_, noWeb := sp.Lists(t.Context(), tenantsim.MarketingSite+"/none")
	_, locked := sp.Receivers(t.Context(), tenantsim.LockedSite, m365.OnWeb)
	if deprovision.ClassOf(gone) != deprovision.Gone || deprovision.ClassOf(noWeb) != deprovision.Gone || deprovision.ClassOf(locked) != deprovision.Forbidden {
		t.Error(gone, noWeb, locked)
	}
	apps := list(sp.AppPrincipals(t.Context(), []string{tenantsim.SharePointProductAppID, tenantsim.WorkerAppID}))
	if len(apps) != 1 || !strings.EqualFold(apps[0].ID, tenantsim.SharePointProductAppID) || sp.AdminCenter() != tenantsim.SharePointAdminURL {
		t.Errorf("%+v", apps)
	}
}

func identities(t *testing.T, tenant m365.Tenant) {
	t.Helper()
	ids := tenant.Identities
	ctx := m365.WithCallID(t.Context(), firstCall)
	app := must[m365.Object](t)(ids.ApplicationByAppID(ctx, tenantsim.ChatProductAppID))
	if subs := must[[]m365.Object](t)(ids.Subscriptions(ctx)); len(subs) != 0 { // of others
		t.Errorf("%+v", subs)
	}
	if _, err := ids.DeleteSubscription(ctx, "11111111-2222-3333-4444-555555555555"); deprovision.ClassOf(err) != deprovision.Gone {
		t.Error(err)
	}
	must[m365.Receipt](t)(ids.DeleteApplication(ctx, app.ID))
	if o := must[m365.Object](t)(ids.Deleted(ctx, m365.DeletedApplication, app.ID)); o.Name != tenantsim.ChatAppName {
		t.Errorf("%+v", o)
	}
	must[m365.Receipt](t)(ids.Purge(ctx, app.ID))
	if _, err := ids.Deleted(ctx, m365.DeletedApplication, app.ID); deprovision.ClassOf(err) != deprovision.Gone {
		t.Error(err)
	}
	for _, role := range must[[]m365.Object](t)(tenant.Directory.RoleAssignments(ctx, tenantsim.DelegateID)) {
		must[m365.Receipt](t)(tenant.Directory.DeleteRoleAssignment(ctx, role.ID))
	}
	must[m365.Receipt](t)(ids.DisableUser(ctx, tenantsim.DelegateID))
	if u := must[m365.Object](t)(tenant.Directory.User(ctx, tenantsim.DelegateID)); !strings.Contains(string(u.Raw), `"accountEnabled":false`) {
		t.Errorf("%s", u.Raw)
	}
	must[m365.Receipt](t)(ids.DeleteUser(ctx, tenantsim.DelegateID))
	if _, err := ids.Deleted(ctx, m365.DeletedUser, tenantsim.DelegateID); err != nil {
		t.Error(err)
	}
}
