package page_test

import (
	"mime"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/web/page"
)

// mux serves the page where it asks to be served.
func mux() http.Handler {
	m := http.NewServeMux()
	for _, pattern := range page.Patterns() {
		m.Handle(pattern, page.Handler())
	}
	return m
}

// answer is what came back.
type answer struct {
	StatusCode int
	Header     http.Header
	body       string
}

func call(t *testing.T, method, target string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	recorded := httptest.NewRecorder()
	mux().ServeHTTP(recorded, r)
	return answer{recorded.Code, recorded.Header(), recorded.Body.String()}
}

func TestEveryAnswerKeepsThePageToItself(t *testing.T) {
	t.Parallel()
	targets := []string{"/", "/assets/", "/assets/nothing.js", "/assets/js/"}
	for name := range assets(t) {
		targets = append(targets, "/"+name)
	}
	for _, target := range targets {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := call(t, method, target).Header
			for name, want := range map[string]string{
				"Content-Security-Policy": page.Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got.Get(name) != want {
					t.Errorf("%s %s: %s is %q, want %q", method, target, name, got.Get(name), want)
				}
			}
			if got.Get("Access-Control-Allow-Origin") != "" || got.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: %v", method, target, got)
			}
		}
	}
}

// The policy is read as a browser does: what it does not name falls back to default-src, but for the last four.
func TestPolicyLetsInNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	has := map[string]string{}
	for directive := range strings.SplitSeq(page.Policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if _, twice := has[name]; twice {
			t.Errorf("%s stands there twice; the second is passed over", name)
		}
		has[name] = value
	}
	for name, want := range map[string]string{
		"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self'",
		"base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
	} {
		if has[name] != want {
			t.Errorf("%s is %q, want %q", name, has[name], want)
		}
		delete(has, name)
	}
	for name := range has {
		t.Errorf("nobody knows what %s is for", name)
	}
}

func TestPartIsSentAnewOnlyWhenItChanged(t *testing.T) {
	t.Parallel()
	for name := range assets(t) {
		first := call(t, http.MethodGet, "/"+name)
		tag := first.Header.Get("ETag")
		if first.StatusCode != http.StatusOK || !strings.HasPrefix(tag, `"`) || first.Header.Get("Last-Modified") != "" {
			t.Fatalf("%s: %d with ETag %q, Last-Modified %q", name, first.StatusCode, tag, first.Header.Get("Last-Modified"))
		}
		if again := call(t, http.MethodGet, "/"+name, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || again.body != "" {
			t.Errorf("%s: %d for what the caller has", name, again.StatusCode)
		}
		if other := call(t, http.MethodGet, "/"+name, "If-None-Match", `"another"`); other.StatusCode != http.StatusOK {
			t.Errorf("%s: %d for what the caller does not have", name, other.StatusCode)
		}
	}
}

func TestHeadTellsWhatGetSends(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/", "/assets/js/main.js", "/assets/css/app.css"} {
		get, head := call(t, http.MethodGet, target), call(t, http.MethodHead, target)
		if head.body != "" || head.StatusCode != http.StatusOK {
			t.Errorf("HEAD %s: %d with a body", target, head.StatusCode)
		}
		for _, name := range []string{"Content-Type", "Content-Length", "ETag"} {
			if get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("%s of %s: GET %q, HEAD %q", name, target, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
}

func TestEachPartSaysWhatItIs(t *testing.T) {
	t.Parallel()
	want := map[string]string{".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
	for name, text := range assets(t) {
		got := call(t, http.MethodGet, "/"+name)
		media, parameters, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
		if err != nil || media != want[path.Ext(name)] || media != "image/svg+xml" && parameters["charset"] != "utf-8" {
			t.Errorf("%s is sent as %q, want %q in UTF-8", name, got.Header.Get("Content-Type"), want[path.Ext(name)])
		}
		if got.body != text {
			t.Errorf("%s is not sent as it is written", name)
		}
	}
	if root := call(t, http.MethodGet, "/"); root.body != assets(t)["assets/index.html"] || !strings.HasPrefix(root.Header.Get("Content-Type"), "text/html") {
		t.Error("/ is not the page")
	}
}

func TestNothingButThePageIsServed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/assets", "/assets/", "/assets/js", "/assets/js/", "/assets/js/nothing.js", "/assets/../page.go", "/assets/%2e%2e/page.go",
		"/assets/..%2fpage.go", "/page.go", "/index.html", "/etc/passwd", "/assets//etc/passwd", "/assets/js/main.js/",
	} {
		if got := call(t, http.MethodGet, target); got.StatusCode == http.StatusOK {
			t.Errorf("%s: %s", target, got.body)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		if got := call(t, method, "/"); got.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s /: %d", method, got.StatusCode)
		}
	}
}

func TestPartCanBeAskedForInPieces(t *testing.T) {
	t.Parallel()
	got := call(t, http.MethodGet, "/assets/js/main.js", "Range", "bytes=0-9")
	if text := got.body; got.StatusCode != http.StatusPartialContent || text != assets(t)["assets/js/main.js"][:10] {
		t.Errorf("%d %q", got.StatusCode, text)
	}
}
