package page_test

import (
	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

// open opens a browser of its own with the page at a hash such as "/accounts".
func (w *world) open(hash string) *browsertest.Page {
	w.t.Helper()
	p := browsertest.New(w.t)
	p.Open(w.url(hash))
	return p
}

// looks opens a gallery at its own time.
func (g *gallery) looks(hash string) *browsertest.Page {
	g.w.t.Helper()
	p := browsertest.New(g.w.t)
	p.Now(galleryNow)
	p.Open(g.w.url(hash))
	return p
}

// said is what the page last told whoever listens to it.
func said(p *browsertest.Page) (text string) {
	p.Eval(`document.getElementById("say").textContent`, &text)
	return text
}

// goes leads a page that is open to another view, as a link does.
func goes(p *browsertest.Page, hash string) {
	p.Eval(`void (location.hash = "`+hash+`")`, nil)
}

// signIn signs in through the dialog.
func (w *world) signIn(p *browsertest.Page, token string) {
	w.t.Helper()
	p.Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	d.Fill("Token", token)
	d.Click("button", "Sign in")
	p.Find("button", "Sign out")
}

// opened opens the page at a hash and signs in.
func (w *world) opened(hash, token string) *browsertest.Page {
	w.t.Helper()
	p := w.open(hash)
	w.signIn(p, token)
	return p
}
