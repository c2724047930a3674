package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/deprovisioner/deprovisioner/internal/web/page"
)

// The page stands beside whatever else a server has. It needs the API below /api/v1 of the same server.
func ExampleHandler() {
	mux := http.NewServeMux()
	for _, pattern := range page.Patterns() {
		mux.Handle(pattern, page.Handler())
	}
	mux.Handle("/api/", http.NotFoundHandler()) // the API
	for _, path := range []string{"/", "/assets/js/main.js", "/somewhere"} {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		fmt.Println(path, answer.Code, answer.Header().Get("Content-Type"))
	}
	// Output:
	// / 200 text/html; charset=utf-8
	// /assets/js/main.js 200 text/javascript; charset=utf-8
	// /somewhere 404 text/plain; charset=utf-8
}
