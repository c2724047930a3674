package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(browsertest.M{Tests: m}) }

// site serves pages by path, as HTML with the policy of the product's page, but for styles and scripts in the page itself.
func site(tb testing.TB, pages map[string]string) string {
	tb.Helper()
	mux := http.NewServeMux()
	for path, body := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "+
				"img-src * data:; connect-src *; require-trusted-types-for 'script'; frame-ancestors 'none'")
			_, _ = fmt.Fprint(w, body)
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	return server.URL
}

// open opens a page of its own with this body.
func open(tb testing.TB, body string) *browsertest.Page {
	tb.Helper()
	url := site(tb, map[string]string{"/{$}": document(body)})
	p := browsertest.New(tb)
	p.Open(url + "/")
	return p
}

func document(body string) string {
	return `<!doctype html><html lang="en"><head><title>Test</title><meta name="viewport" content="width=device-width"></head>` +
		`<body><nav aria-label="Views"><a href="#a">Accounts</a></nav><main><h1>Test</h1>` + body + `</main></body></html>`
}
