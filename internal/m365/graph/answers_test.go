package graph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestStatusSurvivesAPageInHTML(t *testing.T) {
	t.Parallel()
	g := answering(t, says(http.StatusServiceUnavailable, "text/html", "<html>"))
	_, err := g.Group(t.Context(), nobody)
	if f := wantFailure(t, err, deprovision.Transient); f.Status != http.StatusServiceUnavailable {
		t.Error(f)
	}
	_, err = g.DeleteGroup(t.Context(), nobody)
	wantClass(t, err, deprovision.Unknown)
}

func TestEachFailedCallIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 500, 502, 503, 504, 408, 401, 307} {
		var mu sync.Mutex
		calls := 0
		g := answering(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			calls++
			mu.Unlock()
			w.Header().Set("Location", "http://"+r.Host+"/v1.0/groups/again")
			w.Header().Set("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ=="`)
			w.WriteHeader(status)
		})
		if _, err := g.DeleteGroup(t.Context(), nobody); err == nil {
			t.Errorf("%d is no failure", status)
		}
		mu.Lock()
		if calls != 1 {
			t.Errorf("%d: sent %d times", status, calls)
		}
		mu.Unlock()
	}
}

func TestAnswerThatIsNotWhatWasAskedForIsRefused(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	row := `{"id":"a","principalId":"` + nobody + `","roleDefinitionId":"r","clientId":"` + nobody + `"}`
	for name, body := range map[string]string{
		"no listing": `{"id":"x"}`, "a list": `[]`, "not JSON": `{`, "rows without an id": `{"value":[{"principalId":"` + tenantsim.ProductID + `","clientId":"` + tenantsim.ProductID + `"}]}`,
		"somebody else's rows": `{"value":[` + row + `]}`, "rows of nobody": `{"value":[{"id":"a"}]}`, "empty": ``,
	} {
		g := answering(t, says(http.StatusOK, json, body))
		for _, list := range []func(context.Context, string) ([]m365.Object, error){g.RoleAssignments, g.AppRoleAssignments, g.Grants} {
			rows, err := list(t.Context(), tenantsim.ProductID)
			if err == nil {
				t.Errorf("%s: %v", name, rows)
				continue
			}
			wantClass(t, err, deprovision.Malformed)
		}
	}
	_, err := answering(t, says(http.StatusOK, json, `{"id":"`+nobody+`","appId":"`+nobody+`"}`)).ServicePrincipalByAppID(t.Context(), tenantsim.ProductAppID)
	wantClass(t, err, deprovision.Malformed)
	for _, body := range []string{`{}`, `null`, `{`, ``, `{"id":"a","createdDateTime":"yesterday"}`} {
		_, err := answering(t, says(http.StatusOK, json, body)).Group(t.Context(), nobody)
		wantClass(t, err, deprovision.Malformed)
	}
	_, err = answering(t, says(http.StatusNoContent, "", "")).Group(t.Context(), nobody)
	wantClass(t, err, deprovision.Malformed)
}

func TestPagesThatRepeatOrLeaveTheServiceAreRefused(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"the same page": "http://HOST/v1.0/groups?$skiptoken=1", "another host": "https://elsewhere.example/v1.0/groups",
		"another scheme": "https://HOST/v1.0/groups", "no address": "http://[::1", "relative": "/v1.0/groups?$skiptoken=1",
	} {
		var mu sync.Mutex
		calls := 0
		g := answering(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls > 5 {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"value":[],"@odata.nextLink":%q}`, strings.Replace(next, "HOST", r.Host, 1))
		})
		_, err := g.GroupsByName(t.Context(), "any")
		if f := wantFailure(t, err, deprovision.Malformed); !strings.Contains(f.Error(), "page") {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestNamesOfParametersAreWrittenPlainly(t *testing.T) {
	t.Parallel()
	var query string
	g := answering(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		says(http.StatusOK, "application/json", `{"value":[]}`)(w, r)
	})
	if _, err := g.GroupsByName(t.Context(), "a'b&$c"); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(query, "$filter=displayName%20eq%20%27a%27%27b%26%24c%27") {
		t.Error(query)
	}
}

func Example() {
	server := httptest.NewServer(says(http.StatusOK, "application/json", `{"id":"9c7b1d3e-4f60-4a85-93d2-8e5f0a61f002","displayName":"Sales"}`))
	defer server.Close()
	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: graph.API, Service: server.URL, Base: base})
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := graph.New(client, server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	group, err := g.Group(context.Background(), "9c7b1d3e-4f60-4a85-93d2-8e5f0a61f002")
	fmt.Println(group.Name, err)
	// Output: Sales <nil>
}
