// Package page serves the page on which people look at removals and decide: one HTML file, one style sheet and a few modules of plain
// JavaScript, all of them part of the binary and used as they are written. It holds no data: what it shows comes from the API of the same
// worker, with the rights of whoever is signed in.
//
// Begin with assets/js/main.js: it puts the view that the address names into the page and keeps it live. A view is a module below
// assets/js/views; everything it draws is made by assets/js/dom.js, which knows text and no markup, so that nothing from outside is ever run.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// Policy is the Content-Security-Policy of the page (CSP Level 3): only what this server itself has, no inline script or style, no frame
// around it, and no text turned into markup (Trusted Types).
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Patterns are the paths that the page needs, as [http.ServeMux] takes them.
func Patterns() []string { return []string{"GET /{$}", "GET /assets/"} }

// file is one asset, ready to be sent.
type file struct {
	body  []byte
	media string
	tag   string // strong ETag
}

var media = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// Handler answers with the page and its parts. Whoever has an older part is given the new one at the next load: nothing is used from a cache
// without asking.
func Handler() http.Handler {
	files, err := load(assets)
	if err != nil { // what is embedded can be read
		panic(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "assets/index.html"
		}
		f, ok := files[name]
		guard(w.Header())
		if !ok {
			http.Error(w, "there is nothing at this path; the page is at /", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", f.media)
		w.Header().Set("ETag", f.tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
	})
}

// guard sets the headers that keep the page to itself.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-cache")
}

func load(from fs.FS) (map[string]file, error) {
	files := map[string]file{}
	return files, fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		files[name] = file{body: body, media: media[path.Ext(name)], tag: `"` + hex.EncodeToString(sum[:16]) + `"`}
		return nil
	})
}
