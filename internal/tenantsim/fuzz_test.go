package tenantsim_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// FuzzBatchAnswersEachItemOrRefusesAll: a $batch that is accepted has one to twenty items, each with a name of its own, and each
// gets one answer, in order, that is itself JSON; what is refused does nothing.
func FuzzBatchAnswersEachItemOrRefusesAll(f *testing.F) {
	for _, body := range []string{
		`{"requests":[{"id":"1","method":"GET","url":"/servicePrincipals/` + sim.ProductID + `"},{"id":"2","method":"GET","url":"/groups?$filter=displayName%20eq%20'x'","dependsOn":["1"]}]}`,
		`{"requests":[{"id":"1","method":"DELETE","url":"/servicePrincipals/` + sim.ProductID + `"},{"id":"2","method":"GET","url":"/users/nobody@x.example"}]}`,
		`{"requests":[{"id":"1","method":"PATCH","url":"/servicePrincipals/` + sim.ProductID + `","headers":{"Content-Type":"application/json"},"body":{"accountEnabled":false}}]}`,
		`{"requests":[{"id":"1","method":"PATCH","url":"/servicePrincipals/x","body":1}]}`,
		`{"requests":[{"id":"1","method":"POST","url":"/$batch","body":{"requests":[]}}]}`,
		`{"requests":[{"id":"1","method":"GET","url":"https://elsewhere.example/"},{"id":"2","method":"get","url":""},{"id":"3","url":"::"},{"id":"4","method":"GET","url":"/users('a"}]}`,
		`{"requests":[{"id":"1","method":"GET","url":"/domains"},{"id":"1","method":"GET","url":"/domains"}]}`,
		`{"requests":[{"id":"1","method":"DELETE","url":"/users/mia@contoso.example/mailFolders/inbox"},{"id":"2","method":"GET","url":"/users/mia@contoso.example/mailFolders?includeHiddenFolders=true&$skip=9&$top=1"}]}`,
		`{"requests":[{"id":"1","method":"POST","url":"/users/x/mailFolders/y/permanentDelete"},{"id":"2","method":"GET","url":"/teams/x/installedApps?$expand=teamsApp"},{"id":"3","method":"GET","url":"/sites/getAllSites"},{"id":"4","method":"GET","url":"/subscriptions"}]}`,
		`{"requests":[]}`, `{"requests":[null]}`, `{"requests":{}}`, `{`, ``,
	} {
		f.Add([]byte(body))
	}
	s, err := sim.New(sim.ServicesTenant(), sim.Options{CallLog: 100})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	h := s.Handler()
	rec := httptest.NewRecorder()
	form := secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope).Encode()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/"+sim.InlineTenantID+"/oauth2/v2.0/token", bytes.NewBufferString(form)))
	token := bearer(f, rec.Body.Bytes())
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := s.Reset(); err != nil {
			t.Fatal(err)
		}
		req := httptest.NewRequest(http.MethodPost, "/v1.0/$batch", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		var answer struct {
			Error     struct{ Code string }
			Responses []struct {
				ID     string
				Status int
				Body   json.RawMessage
			}
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%d %s: %v", rec.Code, rec.Body, err)
		}
		if rec.Code != http.StatusOK {
			if rec.Code != http.StatusBadRequest || answer.Error.Code == "" || len(s.Changes("")) != 0 {
				t.Fatalf("%d %s, %d changes", rec.Code, rec.Body, len(s.Changes("")))
			}
			return
		}
		var asked struct{ Requests []struct{ ID string } }
		if err := json.Unmarshal(body, &asked); err != nil || len(asked.Requests) == 0 || len(asked.Requests) > 20 || len(asked.Requests) != len(answer.Responses) {
			t.Fatalf("%d items got %d answers: %v", len(asked.Requests), len(answer.Responses), err)
		}
		ids := map[string]bool{"": true}
		for i, a := range answer.Responses {
			if ids[a.ID] {
				t.Fatalf("two items are called %q", a.ID)
			}
			ids[a.ID] = true
			if a.ID != asked.Requests[i].ID || a.Status < 200 || a.Status > 599 || len(a.Body) > 0 && !json.Valid(a.Body) {
				t.Fatalf("item %q is answered by %q: %d %s", asked.Requests[i].ID, a.ID, a.Status, a.Body)
			}
		}
	})
}
