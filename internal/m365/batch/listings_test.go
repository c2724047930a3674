package batch_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMailboxesAreThoseOfMembersWithAnAddress(t *testing.T) {
	t.Parallel()
	f := &fake{}
	f.get = func(path string) (int, any) {
		if strings.Contains(path, "skiptoken") {
			return 200, listing("", object{"id": "a", "mail": "a@x", "userType": nil})
		}
		return 200, listing(f.base+"/v1.0/users?$skiptoken=1", object{"id": "c", "mail": "c@x", "userType": "Member"},
			object{"id": "g", "mail": "g@y", "userType": "Guest"}, object{"id": "n", "mail": nil, "userType": "Member"})
	}
	got, err := f.start(t, transport.Options{}).Mailboxes(t.Context())
	if err != nil || ids(got) != "a c" || names(got) != "a@x c@x" {
		t.Error(ids(got), names(got), err)
	}
	if q := f.alone[0].URL.RawQuery; q != "$select=id,userPrincipalName,mail,userType&$top=999" {
		t.Error(q)
	}
}

func TestListingThatDoesNotEndOrLeavesIsRefused(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"loop": "/v1.0/users?$skiptoken=1", "elsewhere": "https://elsewhere.example/v1.0/users", "another version": "/beta/users", "not an address": "http://[::1",
	} {
		f := &fake{get: func(string) (int, any) { return 200, listing(next, object{"id": "c", "mail": "c@x"}) }}
		got, err := f.start(t, transport.Options{}).Mailboxes(t.Context())
		if wantClass(t, err, deprovision.Malformed); got != nil {
			t.Error(name, got)
		}
		if n := len(f.alone); name != "loop" && n != 1 {
			t.Errorf("%s: %d calls, as if the next page were here", name, n)
		}
	}
	for _, body := range []any{object{}, object{"value": nil}, listing("", object{"mail": "x"}), object{"value": []any{nil}}, object{"value": object{}}} {
		f := &fake{get: func(string) (int, any) { return 200, body }}
		_, err := f.start(t, transport.Options{}).Mailboxes(t.Context())
		wantClass(t, err, deprovision.Malformed)
	}
}

func TestSitesHaveAddresses(t *testing.T) {
	t.Parallel()
	f := &fake{get: func(path string) (int, any) {
		if !strings.HasPrefix(path, "/sites/getAllSites?$select=") {
			return 400, nil
		}
		return 200, listing("", object{"id": "contoso.sharepoint.com,2,3", "webUrl": "https://contoso.sharepoint.com/sites/x", "isPersonalSite": false, "createdDateTime": "2024-01-02T03:04:05Z"})
	}}
	got, err := f.start(t, transport.Options{}).Sites(t.Context())
	if err != nil || len(got) != 1 || got[0].Name != "https://contoso.sharepoint.com/sites/x" || got[0].Created == nil || !strings.Contains(string(got[0].Raw), "isPersonalSite") {
		t.Errorf("%+v, %v", got, err)
	}
	f.get = func(string) (int, any) { return 200, listing("", object{"id": "x"}) }
	_, err = f.start(t, transport.Options{}).Sites(t.Context())
	wantClass(t, err, deprovision.Malformed)
}

func TestTeamSitesTellTheirGroup(t *testing.T) {
	t.Parallel()
	f := &fake{get: func(path string) (int, any) {
		if !strings.HasPrefix(path, "/groups?$filter=resourceProvisioningOptions/Any(x:x%20eq%20'Team')&") {
			return 400, nil
		}
		return 200, listing("", object{"id": "g2", "displayName": "Two"}, object{"id": "g1", "displayName": "One"}, object{"id": "g3", "displayName": "Three"})
	}}
	third := refusal(404, "itemNotFound")
	f.item = func(i asked) said {
		if strings.HasPrefix(i.URL, "/groups/g3/sites/root?") {
			return third
		}
		id := strings.Split(i.URL, "/")[2]
		return said{Status: 200, Body: object{"id": "site-of-" + id, "webUrl": "https://contoso.sharepoint.com/sites/" + id}}
	}
	c := f.start(t, transport.Options{})
	teams, err := c.Teams(t.Context())
	if err != nil || names(teams) != "One Two Three" || ids(teams) != "g1 g2 g3" {
		t.Error(names(teams), err)
	}
	got, err := c.TeamSites(t.Context())
	if err != nil || ids(got) != "site-of-g1 site-of-g2" || got[0].Name != "https://contoso.sharepoint.com/sites/g1" || !strings.Contains(string(got[0].Raw), `"groupId":"g1"`) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, third = range []said{refusal(403, "accessDenied"), {Status: 404}, {Status: 200, Body: object{"id": "no address"}}, {Status: 200}} {
		if got, err := c.TeamSites(t.Context()); err == nil || got != nil {
			t.Errorf("%+v: %+v", third, got)
		}
	}
}

func TestAppsAreListedWhereTheyAreInstalled(t *testing.T) {
	t.Parallel()
	f := &fake{item: func(i asked) said {
		switch {
		case strings.Contains(i.URL, "/chats?"):
			return said{Status: 200, Body: listing("", object{"id": "19:b@thread.v2", "topic": nil}, object{"id": "19:a@thread.v2", "topic": "A"})}
		case strings.HasSuffix(i.URL, "/installedApps?$expand=teamsApp,teamsAppDefinition"):
			return said{Status: 200, Body: listing("", object{"id": "MSMjYQ==", "teamsApp": object{"id": "a", "externalId": "e", "displayName": "App"}})}
		}
		return said{Status: 400}
	}}
	c := f.start(t, transport.Options{})
	chats, err := c.Chats(t.Context(), []string{"anna"})
	if err != nil || chats[0].Err != nil || ids(chats[0].Objects) != "19:a@thread.v2 19:b@thread.v2" || names(chats[0].Objects) != "A " {
		t.Error(chats, err)
	}
	for scope, path := range map[string]string{m365.InTeam: "/teams/19:x@y/installedApps", m365.InChat: "/chats/19:x@y/installedApps", m365.InUser: "/users/19:x@y/teamwork/installedApps"} {
		got, err := c.Installed(t.Context(), scope, []string{"19:x@y"})
		if err != nil || got[0].Err != nil || names(got[0].Objects) != "App" || !strings.Contains(string(got[0].Objects[0].Raw), "externalId") {
			t.Error(got, err)
		}
		if u := f.batches[len(f.batches)-1][0].URL; !strings.HasPrefix(u, path+"?") {
			t.Error(u)
		}
	}
}

func TestUninstallIsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	status := http.StatusNoContent
	f := &fake{get: func(string) (int, any) { return status, object{"error": object{"code": "NotFound", "message": "no"}} }}
	c := f.start(t, transport.Options{})
	target := m365.Target{Place: "chat-1", ID: "MSMjYQ==", CallID: "7d0c3f5e-0000-8000-8000-000000000001"}
	receipt, err := c.Uninstall(t.Context(), m365.InChat, target)
	if err != nil || receipt.Call != "DELETE /chats/{id}/installedApps/{id}" || receipt.ClientID != target.CallID {
		t.Error(receipt, err)
	}
	if r := f.alone[0]; r.Method != http.MethodDelete || r.URL.Path != "/v1.0/chats/chat-1/installedApps/MSMjYQ==" || r.Header.Get("client-request-id") != target.CallID {
		t.Error(r.Method, r.URL)
	}
	status = http.StatusNotFound
	_, err = c.Uninstall(t.Context(), m365.InUser, target)
	wantClass(t, err, deprovision.Gone)
}
