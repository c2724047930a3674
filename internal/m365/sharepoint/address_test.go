package sharepoint_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestCallsGoToTheHostThatTheAddressNames(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]map[string]string{
		"https://contoso.sharepoint.com": {
			"https://contoso.sharepoint.com":                  "https://contoso.sharepoint.com/_api/web/webs",
			"https://CONTOSO.sharepoint.com/sites/a%20b/":     "https://contoso.sharepoint.com/sites/a%20b/_api/web/webs",
			"https://contoso-my.sharepoint.com/personal/anna": "https://contoso-my.sharepoint.com/personal/anna/_api/web/webs",
			"https://contoso-admin.sharepoint.com/":           "https://contoso-admin.sharepoint.com/_api/web/webs",
		},
		"https://fabrikam.sharepoint.us/": {"https://fabrikam.sharepoint.us/sites/x": "https://fabrikam.sharepoint.us/sites/x/_api/web/webs"},
		"http://127.0.0.1:8080/sharepoint/contoso": {
			"https://contoso.sharepoint.com/sites/x":          "http://127.0.0.1:8080/sharepoint/contoso/sites/x/_api/web/webs",
			"https://contoso-my.sharepoint.com/personal/anna": "http://127.0.0.1:8080/sharepoint/contoso-my/personal/anna/_api/web/webs",
			"https://contoso-admin.sharepoint.com":            "http://127.0.0.1:8080/sharepoint/contoso-admin/_api/web/webs",
		},
	} {
		for address, url := range want {
			var got string
			c := client(t, base, canned(func(r *http.Request) (int, []byte) {
				got, _, _ = strings.Cut(r.URL.String(), "?")
				return 200, []byte(`{"value":[]}`)
			}))
			if _, err := c.Webs(t.Context(), address); err != nil || got != url {
				t.Errorf("%s: %s, want %s, %v", address, got, url, err)
			}
		}
	}
}

func TestAddressesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	sent := 0
	count := canned(func(*http.Request) (int, []byte) { sent++; return 200, []byte(`{"value":[]}`) })
	for _, base := range []string{"https://contoso.sharepoint.com", "http://127.0.0.1:8080/sharepoint/contoso"} {
		c := client(t, base, count)
		for _, address := range []string{
			"", "https://fabrikam.sharepoint.com/sites/x", "https://contoso.sharepoint.com.elsewhere.example/", "https://contoso.sharepoint.us/sites/x",
			"http://contoso.sharepoint.com/sites/x", "https://contoso-eur.sharepoint.com", "https://contoso.sharepoint.com:8443/", "https://me@contoso.sharepoint.com/",
			"https://contoso.sharepoint.com/sites/../x", "https://contoso.sharepoint.com/sites/x/_api/web", "https://contoso.sharepoint.com/sites/x?a=b",
			"https://contoso.sharepoint.com/sites/%2e%2e/x", "https://contoso.sharepoint.com//x", "/sites/x", "contoso.sharepoint.com/sites/x", "https://contoso.sharepoint.com/a\\b",
		} {
			_, err := c.Webs(t.Context(), address)
			wantClass(t, err, deprovision.Malformed)
		}
	}
	if sent > 0 {
		t.Errorf("%d calls were sent", sent)
	}
}

func TestBaseIsTheAddressOfTheSites(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"", "contoso.sharepoint.com", "http://contoso.sharepoint.com", "https://contoso-my.sharepoint.com", "https://contoso-admin.sharepoint.com", "https://localhost",
		"http://127.0.0.1:8080", "https://contoso.sharepoint.com:8443", "http://127.0.0.1:8080/sharepoint/con.toso",
	} {
		_, err := sharepoint.New(base, opener(nil))
		var bad *deprovision.Invalid
		if !errors.As(err, &bad) || bad.Field != "endpoints.sharePoint" {
			t.Errorf("%s: %v", base, err)
		}
	}
	var asked []string
	c, err := sharepoint.New("https://Contoso.sharepoint.com/", func(service string) (*http.Client, error) {
		asked = append(asked, service)
		return transport.New(transport.Options{API: sharepoint.API, Service: service})
	})
	slices.Sort(asked)
	if err != nil || c.AdminCenter() != "https://contoso-admin.sharepoint.com" || strings.Join(asked, " ") !=
		"https://contoso-admin.sharepoint.com https://contoso-my.sharepoint.com https://contoso.sharepoint.com" {
		t.Error(asked, err)
	}
	refused := errors.New("no")
	if _, err := sharepoint.New("https://contoso.sharepoint.com", func(string) (*http.Client, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Error(err)
	}
}

func TestPagesAreFollowedByEitherNameOfTheHost(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"https://contoso.sharepoint.com/sites/finance/_api/web/webs?$skiptoken=1", "BASE/sharepoint/contoso/sites/finance/_api/web/webs?$skiptoken=1",
		"web/webs?$skiptoken=1", "/sharepoint/contoso/sites/finance/_api/web/webs?$skiptoken=1",
	} {
		f := &fake{}
		c, base := f.start(t)
		f.answer = func(s sent) (int, any) {
			if strings.HasSuffix(s.uri, "skiptoken=1") {
				return 200, listing("", object{"Id": "1", "Url": site + "/a"})
			}
			return 200, listing(strings.Replace(next, "BASE", base, 1), object{"Id": "2", "Url": site + "/b"}, object{"Id": "3", "WebTemplate": "APP"})
		}
		got, err := c.Webs(t.Context(), site)
		if err != nil || ids(got) != "1 2" || got[0].Name != site+"/a" {
			t.Errorf("%s: %q, %v", next, ids(got), err)
		}
	}
}

func TestPagesThatLeaveTheWebOrDoNotEndAreRefused(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"https://elsewhere.example/sites/finance/_api/web/webs", "https://contoso.sharepoint.com/sites/other/_api/web/webs", "https://contoso-my.sharepoint.com/sites/finance/_api/web/webs",
		"../../other/_api/web/webs", "../web/../../x/_api/web", "http://[::1", "web/webs?$skiptoken=1", "https://me@contoso.sharepoint.com/sites/finance/_api/web/webs",
	} {
		c, _ := answering(t, 200, listing(next, object{"Id": "1", "Url": site}))
		got, err := c.Webs(t.Context(), site)
		if wantClass(t, err, deprovision.Malformed); got != nil {
			t.Error(next, got)
		}
	}
}
