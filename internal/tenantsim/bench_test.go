package tenantsim_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// BenchmarkCalls measures the simulator without the network: one tenant must
// bear thousands of calls per second next to what is being measured.
func BenchmarkCalls(b *testing.B) {
	s, err := sim.New(sim.Generate(1, sim.GenerateOptions{Inline: true, ServicePrincipals: 200, Groups: 500, TransportRules: 200,
		Services: true, Mailboxes: 10_000, QuarantineFolders: 2_500}), sim.Options{CallLog: 1000})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	h := s.Handler()
	tenant := s.Tenants()[0]
	token := func(scope string) string {
		rec := httptest.NewRecorder()
		form := secretForm(sim.WorkerAppID, sim.WorkerSecret, scope).Encode()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/"+tenant+"/oauth2/v2.0/token", bytes.NewBufferString(form)))
		return bearer(b, rec.Body.Bytes())
	}
	g, x := token(graphScope), token(exchangeScope)
	run := func(name, method, path, token, body string) {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req := httptest.NewRequest(method, path, bytes.NewBufferString(body))
					req.Header.Set("Authorization", "Bearer "+token)
					req.Header.Set("X-AnchorMailbox", "APP:x")
					rec := httptest.NewRecorder()
					if h.ServeHTTP(rec, req); rec.Code != http.StatusOK {
						b.Fatal(rec.Body)
					}
				}
			})
		})
	}
	run("get by id", "GET", "/v1.0/servicePrincipals/"+sim.ProductID, g, "")
	run("filter", "GET", "/v1.0/servicePrincipals?$filter="+url.QueryEscape("appId eq '"+sim.ProductAppID+"'"), g, "")
	item := `{"id":"%d","method":"GET","url":"/users/user%05d@tenant1.onmicrosoft.com/mailFolders?includeHiddenFolders=true&$top=250"}`
	items := make([]string, 20)
	for i := range items {
		items[i] = fmt.Sprintf(item, i, i*100)
	}
	run("folders of 20 mailboxes", "POST", "/v1.0/$batch", g, `{"requests":[`+strings.Join(items, ",")+`]}`)
	run("users", "GET", "/v1.0/users?$top=999&$select=id,mail,userType", g, "")
	run("cmdlet", "POST", "/adminapi/beta/"+tenant+"/InvokeCommand", x, `{"CmdletInput":{"CmdletName":"Get-InboundConnector"}}`)
}
