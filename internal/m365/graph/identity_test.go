package graph_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const notThere = `{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist."}}`

// last keeps the last call that a service was sent.
type last struct {
	mu                         sync.Mutex
	method, path, body, callID string
	n                          int
}

// keeping is a client of a service that answers every call like this, and what it was sent.
func keeping(t testing.TB, status int, body string) (*graph.Client, *last) {
	t.Helper()
	l := &last{}
	return answering(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		l.method, l.path, l.body, l.callID = r.Method, r.URL.Path, string(sent), r.Header.Get("client-request-id")
		l.n++
		l.mu.Unlock()
		w.Header().Set("request-id", "req-1")
		says(status, "application/json", body)(w, r)
	}), l
}

type change = func(*graph.Client, *testing.T, string) (m365.Receipt, error)

// identityChanges are the changes by the names of their calls.
func identityChanges() map[string]change {
	const id = "7d0c3f5e-0000-8000-8000-000000000001"
	return map[string]change{
		"PATCH /users/{id}": func(g *graph.Client, t *testing.T, on string) (m365.Receipt, error) {
			return g.DisableUser(m365.WithCallID(t.Context(), id), on)
		},
		"DELETE /users/{id}": func(g *graph.Client, t *testing.T, on string) (m365.Receipt, error) {
			return g.DeleteUser(m365.WithCallID(t.Context(), id), on)
		},
		"DELETE /applications/{id}": func(g *graph.Client, t *testing.T, on string) (m365.Receipt, error) {
			return g.DeleteApplication(m365.WithCallID(t.Context(), id), on)
		},
		"DELETE /subscriptions/{id}": func(g *graph.Client, t *testing.T, on string) (m365.Receipt, error) {
			return g.DeleteSubscription(m365.WithCallID(t.Context(), id), on)
		},
		"DELETE /directory/deletedItems/{id}": func(g *graph.Client, t *testing.T, on string) (m365.Receipt, error) {
			return g.Purge(m365.WithCallID(t.Context(), id), on)
		},
	}
}

func TestChangesOfIdentitiesNameOneObjectAndCarryTheirId(t *testing.T) {
	t.Parallel()
	for name, do := range identityChanges() {
		g, l := keeping(t, http.StatusNoContent, "")
		receipt, err := do(g, t, nobody)
		method, path, _ := strings.Cut(strings.Replace(name, "{id}", nobody, 1), " ")
		if err != nil || receipt.Call != name || receipt.ClientID != l.callID || receipt.RequestID != "req-1" || l.method != method || l.path != "/v1.0"+path || l.n != 1 {
			t.Errorf("%s: %+v, %v, sent %+v", name, receipt, err, l)
		}
		if name == "PATCH /users/{id}" && l.body != `{"accountEnabled":false}` {
			t.Errorf("%s", l.body)
		}
		g, _ = keeping(t, http.StatusNotFound, notThere)
		_, err = do(g, t, nobody)
		wantClass(t, err, deprovision.Gone)
		g, l = keeping(t, http.StatusNoContent, "")
		if _, err = do(g, t, "a/b"); deprovision.ClassOf(err) != deprovision.Malformed || l.n > 0 {
			t.Errorf("%s: %v, sent %d times", name, err, l.n)
		}
	}
}

func TestChangeWhoseAnswerCannotBeReadMayHaveHappened(t *testing.T) {
	t.Parallel()
	g, _ := keeping(t, http.StatusOK, `{"accountEnabled":`)
	_, err := g.DisableUser(t.Context(), nobody)
	wantClass(t, err, deprovision.Unknown)
}

func TestRegistrationIsReadByItsAppID(t *testing.T) {
	t.Parallel()
	const app = tenantsim.ProductAppID
	g, l := keeping(t, http.StatusOK, `{"id":"object","appId":"`+strings.ToUpper(app)+`","displayName":"Own app","createdDateTime":"2024-01-02T03:04:05Z","appRoles":[]}`)
	got, err := g.ApplicationByAppID(t.Context(), app)
	if err != nil || got.ID != "object" || got.Name != "Own app" || got.Created == nil || !strings.Contains(string(got.Raw), "appRoles") || l.path != "/v1.0/applications(appId='"+app+"')" {
		t.Errorf("%+v, %v, %s", got, err, l.path)
	}
	for body, class := range map[string]deprovision.Class{`{"id":"object","appId":"` + nobody + `"}`: deprovision.Malformed, `{"id":"object"}`: deprovision.Malformed, `{}`: deprovision.Malformed} {
		g, _ := keeping(t, http.StatusOK, body)
		_, err := g.ApplicationByAppID(t.Context(), app)
		wantClass(t, err, class)
	}
	g, _ = keeping(t, http.StatusNotFound, notThere)
	_, err = g.ApplicationByAppID(t.Context(), app)
	wantClass(t, err, deprovision.Gone)
	g, l = keeping(t, http.StatusOK, `{}`)
	if _, err = g.ApplicationByAppID(t.Context(), "x') or ('y"); deprovision.ClassOf(err) != deprovision.Malformed || l.n > 0 {
		t.Error(err)
	}
}

func TestSubscriptionsAreListedByTheirResource(t *testing.T) {
	t.Parallel()
	g := answering(t, func(w http.ResponseWriter, r *http.Request) {
		body := `{"value":[{"id":"a","resource":"users/x/messages"}],"@odata.nextLink":"http://` + r.Host + `/v1.0/subscriptions?$skiptoken=1"}`
		if r.URL.RawQuery != "" {
			body = `{"value":[{"id":"b","resource":"chats/getAllMessages","notificationUrl":"https://hook.example"}]}`
		}
		says(http.StatusOK, "application/json", body)(w, r)
	})
	got, err := g.Subscriptions(t.Context())
	if err != nil || len(got) != 2 || got[0].Name != "users/x/messages" || got[1].ID != "b" || !strings.Contains(string(got[1].Raw), "hook.example") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDeletedObjectIsOfTheKindThatWasMeant(t *testing.T) {
	t.Parallel()
	const of = `"id":"` + nobody + `","displayName":"Old","deletedDateTime":"2026-01-02T03:04:05Z"}`
	for _, kind := range []m365.DeletedKind{m365.DeletedUser, m365.DeletedGroup, m365.DeletedApplication, m365.DeletedPrincipal} {
		g, l := keeping(t, http.StatusOK, `{"@odata.type":"#microsoft.graph.`+string(kind)+`",`+of)
		got, err := g.Deleted(t.Context(), kind, nobody)
		if err != nil || got.ID != nobody || got.Name != "Old" || !strings.Contains(string(got.Raw), "deletedDateTime") || l.path != "/v1.0/directory/deletedItems/"+nobody {
			t.Errorf("%s: %+v, %v, %s", kind, got, err, l.path)
		}
	}
	for _, body := range []string{`{"@odata.type":"#microsoft.graph.device",` + of, `{` + of, `{"@odata.type":"#microsoft.graph.user","id":"another"}`, `{}`, `{"@odata.type":"#microsoft.graph.user","displayName":7,"id":"` + nobody + `"}`} {
		g, _ := keeping(t, http.StatusOK, body)
		_, err := g.Deleted(t.Context(), m365.DeletedUser, nobody)
		wantClass(t, err, deprovision.Malformed)
	}
	g, _ := keeping(t, http.StatusNotFound, notThere)
	_, err := g.Deleted(t.Context(), m365.DeletedUser, nobody)
	wantClass(t, err, deprovision.Gone)
}
