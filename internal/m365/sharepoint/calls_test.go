package sharepoint_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	at    = "/sharepoint/contoso/sites/finance/_api/"
	login = "i:0#.f|membership|o'neil+x@contoso.com"
)

type rows = func(*sharepoint.Client, *testing.T) ([]m365.Object, error)

func TestListingsAskForWhatTheyName(t *testing.T) {
	t.Parallel()
	receiver := object{"ReceiverId": itemID, "ReceiverName": "scan", "ReceiverUrl": "https://hook.example/x"}
	receivers := func(scope string) rows {
		return func(c *sharepoint.Client, t *testing.T) ([]m365.Object, error) {
			return c.Receivers(t.Context(), site, scope)
		}
	}
	for uri, k := range map[string]struct {
		ask  rows
		row  object
		name string
	}{
		"web/lists?":          {func(c *sharepoint.Client, t *testing.T) ([]m365.Object, error) { return c.Lists(t.Context(), site) }, object{"Id": itemID, "Title": "Quarantine", "Hidden": true, "Created": "2024-01-02T03:04:05Z"}, "Quarantine"},
		"site/eventreceivers": {receivers(m365.OnSite), receiver, "scan"},
		"web/eventreceivers":  {receivers(m365.OnWeb), receiver, "scan"},
		"web/lists(guid'" + listID + "')/eventreceivers": {receivers(listID), receiver, "scan"},
		"web/lists(guid'" + listID + "')/subscriptions": {func(c *sharepoint.Client, t *testing.T) ([]m365.Object, error) {
			return c.Webhooks(t.Context(), site, listID)
		}, object{"id": itemID, "notificationUrl": "https://hook.example"}, "https://hook.example"},
		"web/siteusers?$filter=IsSiteAdmin%20eq%20true": {func(c *sharepoint.Client, t *testing.T) ([]m365.Object, error) { return c.Admins(t.Context(), site) }, object{"LoginName": itemID, "Title": "Anna", "IsSiteAdmin": true}, "Anna"},
	} {
		c, f := answering(t, 200, listing("", k.row))
		got, err := k.ask(c, t)
		if err != nil || ids(got) != itemID || got[0].Name != k.name || len(f.calls) != 1 || !strings.HasPrefix(f.calls[0].uri, at+uri) {
			t.Errorf("%s: %+v, %v, %+v", uri, got, err, f.calls)
		}
		if h := f.calls[0].header; h.Get("Accept") != "application/json;odata=nometadata" || !strings.HasPrefix(h.Get("User-Agent"), "NONISV|Deprovisioner|") {
			t.Errorf("%+v", h)
		}
		if !json.Valid(got[0].Raw) || !strings.Contains(string(got[0].Raw), itemID) {
			t.Errorf("%s", got[0].Raw)
		}
		if strings.Contains(uri, "lists?") && (got[0].Created == nil || !got[0].Created.Equal(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC))) {
			t.Error(got[0].Created)
		}
	}
}

func TestListIsReadByItsId(t *testing.T) {
	t.Parallel()
	c, f := answering(t, 200, object{"Id": strings.ToUpper(listID), "Title": "Quarantine", "AllowDeletion": true})
	got, err := c.List(t.Context(), site, listID)
	if err != nil || got.Name != "Quarantine" || f.calls[0].uri != at+"web/lists(guid'"+listID+"')" || !strings.Contains(string(got.Raw), "AllowDeletion") {
		t.Error(got, err, f.calls)
	}
	for _, other := range []object{{"Id": itemID}, {}, {"Id": 7}} {
		c, _ := answering(t, 200, other)
		_, err := c.List(t.Context(), site, listID)
		wantClass(t, err, deprovision.Malformed)
	}
	c, _ = answering(t, 404, refusal("-2147024809, System.ArgumentException", "List does not exist."))
	_, err = c.List(t.Context(), site, listID)
	wantClass(t, err, deprovision.Gone)
}

type change = func(*sharepoint.Client, *testing.T) (m365.Receipt, error)

func changes() map[string]struct {
	do           change
	sent, method string
} {
	target := m365.Target{Place: site, Inside: listID, ID: itemID, CallID: callID}
	on := func(scope string) m365.Target { t := target; t.Inside = scope; return t }
	user := target
	user.ID = login
	return map[string]struct {
		do           change
		sent, method string
	}{
		"POST /_api/web/lists(guid'{id}')/recycle": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.RemoveList(t.Context(), target, false)
			},
			"web/lists(guid'" + itemID + "')/recycle", http.MethodPost,
		},
		"DELETE /_api/site/eventreceivers('{id}')": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.DeleteReceiver(t.Context(), on(m365.OnSite))
			},
			"site/eventreceivers('" + itemID + "')", http.MethodDelete,
		},
		"DELETE /_api/web/eventreceivers('{id}')": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.DeleteReceiver(t.Context(), on(m365.OnWeb))
			},
			"web/eventreceivers('" + itemID + "')", http.MethodDelete,
		},
		"DELETE /_api/web/lists(guid'{id}')/eventreceivers('{id}')": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.DeleteReceiver(t.Context(), target)
			},
			"web/lists(guid'" + listID + "')/eventreceivers('" + itemID + "')", http.MethodDelete,
		},
		"DELETE /_api/web/lists(guid'{id}')/subscriptions('{id}')": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.DeleteWebhook(t.Context(), target)
			},
			"web/lists(guid'" + listID + "')/subscriptions('" + itemID + "')", http.MethodDelete,
		},
		"MERGE /_api/web/siteusers('{id}')": {
			func(c *sharepoint.Client, t *testing.T) (m365.Receipt, error) {
				return c.RemoveAdmin(t.Context(), user)
			},
			"web/siteusers('i%3A0%23.f%7Cmembership%7Co%27%27neil%2Bx%40contoso.com')", http.MethodPost,
		},
	}
}

func TestChangesNameOneObjectAndCarryTheirId(t *testing.T) {
	t.Parallel()
	for name, k := range changes() {
		c, f := answering(t, 200, object{"value": itemID})
		receipt, err := k.do(c, t)
		if want := (m365.Receipt{Call: name, ClientID: callID, RequestID: "guid-1"}); err != nil || receipt != want {
			t.Errorf("%s: %+v, %v", name, receipt, err)
		}
		if s := f.calls[0]; len(f.calls) != 1 || s.uri != at+k.sent || s.method != k.method || s.header.Get("client-request-id") != callID {
			t.Errorf("%s: %+v", name, f.calls)
		}
		if s := f.calls[0]; strings.HasPrefix(name, "MERGE") && (s.body != `{"IsSiteAdmin":false}` || s.header.Get("X-HTTP-Method") != "MERGE" || s.header.Get("If-Match") != "*") {
			t.Errorf("%+v", s)
		}
	}
}

func TestRefusalsOfSharePointAreClassified(t *testing.T) {
	t.Parallel()
	absent := refusal("-1, Microsoft.SharePoint.Client.ResourceNotFoundException", "Item does not exist. It may have been deleted by another user.")
	for name, k := range map[string]struct {
		status int
		body   any
		class  deprovision.Class
		says   string
	}{
		"absent":                        {404, absent, deprovision.Gone, ""},
		"no such web":                   {404, refusal("-2147024894, System.IO.FileNotFoundException", "File Not Found."), deprovision.Gone, ""},
		"a 404 of something else":       {404, object{}, deprovision.Malformed, ""},
		"no such address":               {404, refusal("-1, Microsoft.SharePoint.Client.ResourceNotFoundException", "Cannot find resource for the request eventreceivers."), deprovision.Malformed, ""},
		"forbidden":                     {403, refusal("-2147024891, System.UnauthorizedAccessException", "Access denied."), deprovision.Forbidden, "Access denied"},
		"locked":                        {423, refusal("-2130575252, Microsoft.SharePoint.SPException", "no"), deprovision.Forbidden, "locked"},
		"throttled":                     {429, nil, deprovision.Throttled, ""},
		"unavailable":                   {503, nil, deprovision.Unknown, ""},
		"an error that says success":    {200, absent, deprovision.Unknown, ""},
		"an error of the other dialect": {200, object{"error": object{"code": "x"}}, deprovision.Unknown, ""},
	} {
		for call, change := range changes() {
			c, _ := answering(t, k.status, k.body)
			receipt, err := change.do(c, t)
			if f := wantFailure(t, err, k.class); !strings.Contains(f.Error(), k.says) || receipt.Call != "" || f.Call != call || f.RequestID != "guid-1" {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
}

func TestNothingIsSentThatNamesSomethingElse(t *testing.T) {
	t.Parallel()
	c, f := answering(t, 200, listing(""))
	target := func(inside, id string) m365.Target { return m365.Target{Place: site, Inside: inside, ID: id} }
	for name, call := range map[string]func() error{
		"list":             func() error { _, err := c.List(t.Context(), site, "x') or ('y"); return err },
		"recycled":         func() error { _, err := c.RemoveList(t.Context(), target("", ""), false); return err },
		"scope":            func() error { _, err := c.Receivers(t.Context(), site, ""); return err },
		"receiver":         func() error { _, err := c.DeleteReceiver(t.Context(), target(m365.OnWeb, "")); return err },
		"receiver's scope": func() error { _, err := c.DeleteReceiver(t.Context(), target("all", itemID)); return err },
		"webhook":          func() error { _, err := c.DeleteWebhook(t.Context(), target(listID, "*")); return err },
		"webhook's list":   func() error { _, err := c.DeleteWebhook(t.Context(), target("", itemID)); return err },
		"webhooks":         func() error { _, err := c.Webhooks(t.Context(), site, "Documents"); return err },
		"nobody":           func() error { _, err := c.RemoveAdmin(t.Context(), target("", "")); return err },
		"a line":           func() error { _, err := c.RemoveAdmin(t.Context(), target("", "a\nb")); return err },
		"somebody else's": func() error {
			_, err := c.RemoveAdmin(t.Context(), m365.Target{Place: "https://fabrikam.sharepoint.com", ID: login})
			return err
		},
		"no App Id": func() error { _, err := c.AppPrincipals(t.Context(), []string{listID, "all"}); return err },
	} {
		err := call()
		if deprovision.ClassOf(err) != deprovision.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("%+v", f.calls)
	}
}

func TestPrincipalsAreAskedForInSlicesOfTheAdminSite(t *testing.T) {
	t.Parallel()
	var apps []string
	for i := range 1001 {
		apps = append(apps, fmt.Sprintf("7b0d3f5e-3333-4333-8333-%012d", i))
	}
	f := &fake{answer: func(s sent) (int, any) {
		var in struct{ AppIds []string }
		_ = json.Unmarshal([]byte(s.body), &in)
		return 200, listing("", object{"appId": strings.ToUpper(in.AppIds[0]), "title": "Old app", "appIdentifier": "i:0i.t|ms.sp.ext|x@y"})
	}}
	c, _ := f.start(t)
	got, err := c.AppPrincipals(t.Context(), apps)
	if err != nil || len(got) != 3 || len(f.calls) != 3 || got[0].Name != "Old app" || f.calls[0].uri != "/sharepoint/contoso-admin/_api/web/GetACSServicePrincipals" || f.calls[0].method != http.MethodPost {
		t.Error(got, err, len(f.calls))
	}
	f.answer = func(sent) (int, any) { return 200, listing("", object{"appId": itemID}) }
	_, err = c.AppPrincipals(t.Context(), apps[:1])
	wantClass(t, err, deprovision.Malformed)
	f.answer = func(sent) (int, any) { return 503, nil }
	_, err = c.AppPrincipals(t.Context(), apps[:1])
	wantClass(t, err, deprovision.Transient)
}
