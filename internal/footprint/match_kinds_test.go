package footprint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// service is one service of the reference product.
func service(t *testing.T, id deprovision.Service) *footprint.Service {
	t.Helper()
	f, err := footprint.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, ok := f.Service(id)
	if !ok {
		t.Fatalf("there is no service %s", id)
	}
	return s
}

const (
	delegateID = "c4d8a1f6-5e3b-4927-b0d1-2a7e9c80e011"
	login      = "i:0#.f|membership|CAS-delegate@contoso.onmicrosoft.com"
	vendor     = "3e04753a-ae5b-42d4-a86d-d6f05460f9e4"
	addIn      = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b071" // the App Identifier that SharePoint knows
)

// names are what a record has that no page publishes.
var recordedNames = map[string][]string{
	"quarantine-folder": {"TMCAS Quarantine"}, "quarantine-library": {"Quarantined files"},
	"event-receiver": {"Spo-Events.example.com"}, "list-webhook": {"hooks.example.com"}, "installed-app": {"3f9c2e71-6b84-4d05-a1f7-0e5d8c60b081"},
}

func receiverAt(address string) footprint.Object {
	return object(footprint.EventReceiver, "r", `{"ReceiverId":"9","ReceiverUrl":"`+address+`"}`)
}

func webhookAt(address string) footprint.Object {
	return object(footprint.ListWebhook, "w", `{"id":"9","notificationUrl":"`+address+`"}`)
}

// kindCase is an object, the account that a search is for, and what is to become of the object.
type kindCase struct {
	object  footprint.Object
	account func(*deprovision.Account)
	match   string // "": nothing of it; "left: …" for what a guard keeps, "by hand: …" for what a person does
}

func (c kindCase) check(t *testing.T, of deprovision.Service, with ...footprint.Object) {
	t.Helper()
	s := search(func(s *footprint.Search) {
		s.Account.Service, s.Account.Names, s.Account.SharePointAppID = of, recordedNames, addIn
		if c.account != nil {
			c.account(&s.Account)
		}
	})
	plan, err := service(t, of).Find(s, append(with, c.object))
	if err != nil {
		t.Fatal(err)
	}
	match, _ := matched(plan, c.object)
	if c.match == "" && match != "" || !strings.HasPrefix(match, c.match) {
		t.Errorf("match %q, want %q", match, c.match)
	}
}

func unrecorded(a *deprovision.Account) { a.Names = nil }

func TestMatchOfWhatLiesInPlaces(t *testing.T) {
	t.Parallel()
	folder := func(name, hidden string) footprint.Object {
		return object(footprint.QuarantineFolder, "f", `{"displayName":"`+name+`","isHidden":`+hidden+`}`)
	}
	list := func(title, hidden string) footprint.Object {
		return object(footprint.QuarantineLibrary, "l", `{"Title":"`+title+`","Hidden":`+hidden+`}`)
	}
	for name, tc := range map[string]struct {
		of deprovision.Service
		kindCase
	}{
		"the folder":                    {deprovision.ExchangeOnline, kindCase{folder("TMCAS Quarantine", "true"), nil, "recorded-name"}},
		"the folder in another case":    {deprovision.ExchangeOnline, kindCase{folder("tmcas quarantine", "true"), nil, "recorded-name"}},
		"a folder that can be seen":     {deprovision.ExchangeOnline, kindCase{folder("TMCAS Quarantine", "false"), nil, "suspect: it has the recorded name, but is not hidden"}},
		"a folder of a longer name":     {deprovision.ExchangeOnline, kindCase{folder("TMCAS Quarantine notes", "true"), nil, "suspect: its name begins with TMCAS"}},
		"another vendor's folder":       {deprovision.ExchangeOnline, kindCase{folder("Quarantine", "true"), nil, ""}},
		"a folder, and no name":         {deprovision.ExchangeOnline, kindCase{folder("TMCAS Quarantine", "true"), unrecorded, "suspect: its name begins with TMCAS"}},
		"a folder with a library's":     {deprovision.ExchangeOnline, kindCase{folder("Quarantined files", "true"), nil, ""}},
		"the library":                   {deprovision.SharePointOnline, kindCase{list("Quarantined files", "true"), nil, "recorded-name"}},
		"a library that can be seen":    {deprovision.SharePointOnline, kindCase{list("Quarantined files", "false"), nil, "suspect: it has the recorded name, but is not hidden"}},
		"a library with a folder's":     {deprovision.SharePointOnline, kindCase{list("TMCAS Quarantine", "true"), nil, "suspect: its name begins with TMCAS"}},
		"another library":               {deprovision.SharePointOnline, kindCase{list("Documents", "false"), nil, ""}},
		"a library younger than that":   {deprovision.SharePointOnline, kindCase{object(footprint.QuarantineLibrary, "l", `{"Title":"Quarantined files","Hidden":true,"Created":"2026-11-24T08:00:01Z"}`), nil, "left: it was created"}},
		"a library with a local time":   {deprovision.SharePointOnline, kindCase{object(footprint.QuarantineLibrary, "l", `{"Title":"Quarantined files","Hidden":true,"Created":"2026-11-24T07:00:01"}`), nil, "left: its creation time can't be read"}},
		"the app in a team":             {deprovision.Teams, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{"id":"3F9C2E71-6b84-4d05-a1f7-0e5d8c60b081"}}`), nil, "recorded-id"}},
		"the app by its manifest":       {deprovision.TeamsChat, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{"id":"x","externalId":"3f9c2e71-6b84-4d05-a1f7-0e5d8c60b081"}}`), nil, "recorded-id"}},
		"the app by the App Id":         {deprovision.TeamsChat, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{"id":"x","externalId":"`+tenantsim.ProductAppID+`"}}`), unrecorded, "app-id"}},
		"an app of the product's name":  {deprovision.TeamsChat, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{"id":"x","displayName":"`+tenantsim.ProductName+`"}}`), unrecorded, "suspect: it is called"}},
		"another app":                   {deprovision.TeamsChat, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{"id":"x","displayName":"Planner"}}`), nil, ""}},
		"an app without ids, no App Id": {deprovision.TeamsChat, kindCase{object(footprint.InstalledApp, "a", `{"teamsApp":{}}`), func(a *deprovision.Account) { a.AppID = "" }, ""}},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); tc.check(t, tc.of) })
	}
}

func TestMatchByHost(t *testing.T) {
	t.Parallel()
	recorded := func(host string) func(*deprovision.Account) {
		return func(a *deprovision.Account) { a.Names = map[string][]string{"event-receiver": {host}} }
	}
	for name, tc := range map[string]kindCase{
		"the host":                        {receiverAt("https://spo-events.example.com/r.svc"), nil, "recorded-host"},
		"in upper case":                   {receiverAt("HTTPS://SPO-EVENTS.EXAMPLE.COM/r.svc"), nil, "recorded-host"},
		"with a port":                     {receiverAt("https://spo-events.example.com:8443/r.svc"), nil, "recorded-host"},
		"with a dot at the end":           {receiverAt("https://spo-events.example.com./r.svc"), nil, "recorded-host"},
		"with space around it":            {receiverAt("  https://spo-events.example.com/r.svc "), nil, "recorded-host"},
		"behind another user":             {receiverAt("https://evil.example@spo-events.example.com/"), nil, "recorded-host"},
		"as a user":                       {receiverAt("https://spo-events.example.com@evil.example/"), nil, ""},
		"as a user with a word":           {receiverAt("https://spo-events.example.com:x@evil.example/"), nil, ""},
		"as a path":                       {receiverAt("https://evil.example/spo-events.example.com"), nil, ""},
		"as a query":                      {receiverAt("https://evil.example?spo-events.example.com"), nil, ""},
		"behind a backslash":              {receiverAt(`https://evil.example\\@spo-events.example.com/`), nil, ""},
		"a host below it":                 {receiverAt("https://eu.spo-events.example.com/"), nil, ""},
		"a host above it":                 {receiverAt("https://example.com/"), nil, ""},
		"a longer host":                   {receiverAt("https://spo-events.example.com.evil.example/"), nil, ""},
		"with another letter":             {receiverAt("https://spo-event\u017f.example.com/"), nil, ""}, // a long s folds to s
		"no scheme":                       {receiverAt("spo-events.example.com/r.svc"), nil, ""},
		"no address":                      {receiverAt(""), nil, ""},
		"no address, none recorded":       {receiverAt(""), recorded("/"), ""},
		"an address that can't be read":   {receiverAt("https://[spo-events.example.com/"), nil, ""},
		"a host like the product's":       {receiverAt("https://eu.tmcas.trendmicro.com/"), nil, "suspect: it calls eu.tmcas.trendmicro.com"},
		"another vendor's":                {receiverAt("https://events.backup.example/spo.svc"), nil, ""},
		"Microsoft's":                     {receiverAt("https://prod-41.westeurope.logic.azure.com/x"), nil, ""},
		"Microsoft's, and recorded":       {receiverAt("https://westeurope1-sp.svc.ms/x"), recorded("westeurope1-sp.svc.ms"), "left: it calls westeurope1-sp.svc.ms, which is Microsoft's"},
		"a recorded address":              {receiverAt("https://spo-events.example.com/r.svc"), recorded("https://Spo-Events.example.com/other.svc"), "recorded-host"},
		"a recorded host with a port":     {receiverAt("https://spo-events.example.com/r.svc"), recorded("spo-events.example.com:443"), "recorded-host"},
		"a recorded host with a dot":      {receiverAt("https://spo-events.example.com/r.svc"), recorded("spo-events.example.com."), "recorded-host"},
		"a recorded pattern":              {receiverAt("https://spo-events.example.com/r.svc"), recorded("*.example.com"), ""},
		"the id of a receiver":            {receiverAt("https://elsewhere.example/"), func(a *deprovision.Account) { a.Recorded = map[string]string{"receiver": "9"} }, "recorded-id"},
		"a webhook of its own host":       {webhookAt("https://hooks.example.com/x"), nil, "recorded-host"},
		"a webhook of the receivers'":     {webhookAt("https://spo-events.example.com/x"), nil, "recorded-host"},
		"a receiver of the webhooks'":     {receiverAt("https://hooks.example.com/x"), nil, ""},
		"a webhook of Microsoft":          {webhookAt("https://westeurope1-sp.svc.ms/api/webhook"), nil, ""},
		"a webhook that can't be matched": {webhookAt("https://hooks.example.com@evil.example/"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); tc.check(t, deprovision.SharePointOnline) })
	}
}

func TestMatchOfTheDelegate(t *testing.T) {
	t.Parallel()
	user := func(kind deprovision.ArtifactKind, raw string) footprint.Object { return object(kind, "u", raw) }
	delegate := func(a *deprovision.Account) {
		a.Kind, a.AppID, a.UPN = deprovision.Delegate, "", "cas-delegate@contoso.onmicrosoft.com"
	}
	recorded := func(as, id string) func(*deprovision.Account) {
		return func(a *deprovision.Account) { delegate(a); a.Recorded = map[string]string{as: id} }
	}
	is := footprint.Object{Kind: footprint.DelegateUser, ID: delegateID, Name: "d",
		Raw: []byte(`{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Member","createdDateTime":"2024-01-01T00:00:00Z"}`)}
	young := is
	young.Raw = []byte(`{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Member","createdDateTime":"2026-11-24T08:00:01Z"}`)
	at := asked.Add(time.Second)
	young.Created = &at
	for name, tc := range map[string]struct {
		kindCase
		with footprint.Object
	}{
		"by the name":               {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"CAS-Delegate@contoso.onmicrosoft.com","userType":"Member"}`), delegate, "upn"}, is},
		"another user":              {kindCase{user(footprint.DelegateUser, `{"userPrincipalName":"admin@contoso.onmicrosoft.com","userType":"Member"}`), delegate, ""}, is},
		"by the recorded id":        {kindCase{user(footprint.DelegateUser, `{"userPrincipalName":"renamed@contoso.example","userType":"Member"}`), recorded("user", id), "recorded-id"}, is},
		"by the id of its name":     {kindCase{user(footprint.DelegateUser, `{"userPrincipalName":"renamed@contoso.example","userType":"Member"}`), recorded("cas-delegate@contoso.onmicrosoft.com", id), "recorded-id"}, is},
		"its name, another id":      {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Member"}`), recorded("user", "x"), "suspect: it has the delegate's name"}, is},
		"a guest":                   {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Guest"}`), delegate, "left: it is no member"}, is},
		"of an unknown type":        {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com"}`), delegate, "left: it is no member"}, is},
		"synchronised":              {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Member","onPremisesSyncEnabled":true}`), delegate, "left: it is synchronised"}, is},
		"not any more synchronised": {kindCase{user(footprint.UserSignIn, `{"userPrincipalName":"cas-delegate@contoso.onmicrosoft.com","userType":"Member","onPremisesSyncEnabled":false}`), delegate, "upn"}, is},
		"its role":                  {kindCase{user(footprint.UserRole, `{"principalId":"`+strings.ToUpper(delegateID)+`","roleDefinitionId":"x"}`), delegate, "upn"}, is},
		"a role of a young user":    {kindCase{user(footprint.UserRole, `{"principalId":"`+delegateID+`","roleDefinitionId":"x"}`), delegate, "left: it was created"}, young},
		"another's role":            {kindCase{user(footprint.UserRole, `{"principalId":"q","roleDefinitionId":"x"}`), delegate, ""}, is},
		"administrator of a site":   {kindCase{user(footprint.SiteAdmin, `{"LoginName":"`+login+`"}`), delegate, "upn"}, is},
		"another administrator":     {kindCase{user(footprint.SiteAdmin, `{"LoginName":"i:0#.f|membership|admin@contoso.onmicrosoft.com"}`), delegate, ""}, is},
		"a group of that name":      {kindCase{user(footprint.SiteAdmin, `{"LoginName":"c:0t.c|tenant|62e90394-69f5-4237-9190-012177145e10"}`), delegate, ""}, is},
		"a name that ends like it":  {kindCase{user(footprint.SiteAdmin, `{"LoginName":"i:0#.f|membership|x-cas-delegate@contoso.onmicrosoft.com"}`), delegate, ""}, is},
		"of an authorized account":  {kindCase{user(footprint.SiteAdmin, `{"LoginName":"i:0#.f|membership|"}`), nil, ""}, is},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); tc.check(t, deprovision.SharePointOnline, tc.with) })
	}
}

func TestMatchOfAppsAndWhatTheyHave(t *testing.T) {
	t.Parallel()
	principal := func(app string) string {
		return `{"appId":"` + app + `","appOwnerOrganizationId":"` + vendor + `","servicePrincipalType":"Application"}`
	}
	role := func(name, roles string) footprint.Object {
		return object(footprint.RoleGroup, name, `{"Name":"`+name+`","Roles":`+roles+`}`)
	}
	subscribed := func(app, resource string) footprint.Object {
		return object(footprint.Subscription, resource, `{"applicationId":"`+app+`","resource":"`+resource+`"}`)
	}
	for name, tc := range map[string]struct {
		of deprovision.Service
		kindCase
	}{
		"SharePoint's App Identifier":    {deprovision.SharePointOnline, kindCase{object(footprint.AppPrincipal, "p", principal(addIn)), nil, "app-id"}},
		"the Entra App Id":               {deprovision.SharePointOnline, kindCase{object(footprint.AppPrincipal, "p", principal(tenantsim.ProductAppID)), nil, ""}},
		"the service principal":          {deprovision.SharePointOnline, kindCase{object(footprint.ServicePrincipal, "p", principal(tenantsim.ProductAppID)), nil, "app-id"}},
		"the other App Identifier":       {deprovision.SharePointOnline, kindCase{object(footprint.ServicePrincipal, "p", principal(addIn)), nil, ""}},
		"a principal of single sites":    {deprovision.SharePointOnline, kindCase{object(footprint.AppPrincipal, "p", `{"appId":"`+addIn+`"}`), nil, "by hand: app principal " + addIn + " of single sites"}},
		"no App Identifier":              {deprovision.SharePointOnline, kindCase{object(footprint.AppPrincipal, "p", `{"appId":""}`), func(a *deprovision.Account) { a.SharePointAppID = "" }, ""}},
		"the customer's registration":    {deprovision.TeamsChat, kindCase{object(footprint.AppRegistration, "a", `{"appId":"`+tenantsim.ProductAppID+`"}`), nil, "app-id"}},
		"another registration":           {deprovision.TeamsChat, kindCase{object(footprint.AppRegistration, tenantsim.ProductName, `{"appId":"`+tenantsim.ReaderAppID+`"}`), nil, ""}},
		"the worker's own registration":  {deprovision.TeamsChat, kindCase{object(footprint.AppRegistration, "a", `{"appId":"`+tenantsim.WorkerAppID+`"}`), func(a *deprovision.Account) { a.AppID = tenantsim.WorkerAppID }, "left: the worker itself"}},
		"the role group":                 {deprovision.ExchangeOnline, kindCase{role("delegation_service", `["ApplicationImpersonation","Mailbox Search"]`), nil, "name"}},
		"in another case":                {deprovision.ExchangeOnline, kindCase{role("Delegation_Service", `["mailbox search"]`), nil, "name"}},
		"with one role, as a text":       {deprovision.ExchangeOnline, kindCase{role("delegation_service", `"Mailbox Search"`), nil, "name"}},
		"with a role more":               {deprovision.ExchangeOnline, kindCase{role("delegation_service", `["ApplicationImpersonation","Mailbox Search","Organization Management"]`), nil, "suspect: it has the published name, but not the roles"}},
		"with other roles":               {deprovision.ExchangeOnline, kindCase{role("delegation_service", `["Journaling"]`), nil, "suspect: it has the published name"}},
		"without roles":                  {deprovision.ExchangeOnline, kindCase{role("delegation_service", `[]`), nil, "suspect: it has the published name"}},
		"the roles under another name":   {deprovision.ExchangeOnline, kindCase{role("Discovery", `["ApplicationImpersonation","Mailbox Search"]`), nil, ""}},
		"a subscription to chats":        {deprovision.TeamsChat, kindCase{subscribed(tenantsim.ProductAppID, "chats/getAllMessages"), nil, "app-id"}},
		"with a slash in front":          {deprovision.TeamsChat, kindCase{subscribed(tenantsim.ProductAppID, "/Chats/getAllMessages"), nil, "app-id"}},
		"of another service":             {deprovision.ExchangeOnline, kindCase{subscribed(tenantsim.ProductAppID, "chats/getAllMessages"), nil, "suspect: the product's app subscribed to chats/getAllMessages"}},
		"of another app":                 {deprovision.TeamsChat, kindCase{subscribed(tenantsim.ReaderAppID, "chats/getAllMessages"), nil, ""}},
		"of no app, and none recorded":   {deprovision.TeamsChat, kindCase{subscribed("", "chats/getAllMessages"), func(a *deprovision.Account) { a.AppID = "" }, ""}},
		"of a resource that begins like": {deprovision.ExchangeOnline, kindCase{subscribed(tenantsim.ProductAppID, "usersettings"), nil, "suspect: the product's app subscribed"}},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); tc.check(t, tc.of) })
	}
}
