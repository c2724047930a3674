package page_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

// every calls test for each view of a gallery, on a page that is signed in with all rights.
func (g *gallery) every(p *browsertest.Page, test func(name string)) {
	for _, v := range g.views() {
		goes(p, v.hash)
		v.shown(p)
		test(v.name)
	}
}

// findings fails the test for whatever an audit finds.
func findings(t *testing.T, where string, found []browsertest.Finding) {
	t.Helper()
	for _, f := range found {
		t.Errorf("%s: %s: %s: %s", where, f.Rule, f.Where, f.Why)
	}
}

// dated lets every time on a page be of another day than today, as many are around midnight: no time is wider.
func dated(p *browsertest.Page) {
	p.Eval(`{
		let day = 0;
		Date.prototype.toLocaleDateString = () => "2026-12-" + (10 + day++ % 20);
	}`, nil)
}

func TestPageEveryViewPassesTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	w.signIn(p, operator)
	g.every(p, func(name string) { findings(t, name, p.Audit()) })
}

func TestPageEveryDialogPassesTheAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	p.See("svc-protect@contoso.example")
	p.Click("button", "Sign in")
	p.In("dialog", "Sign in").See("Token")
	findings(t, "sign-in", p.Audit())
	p.Press("Escape")
	w.signIn(p, operator)
	for _, d := range g.dialogs() {
		d.opens(p)
		findings(t, d.name, p.Audit())
		d.closes(p)
	}
}

func TestPageFitsAPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	p.Phone()
	w.signIn(p, operator)
	dated(p)
	g.every(p, func(name string) { findings(t, name, p.Audit(browsertest.Width, browsertest.Targets)) })
	for _, d := range g.dialogs() {
		d.opens(p)
		findings(t, d.name, p.Audit(browsertest.Width, browsertest.Targets))
		d.closes(p)
	}
}

// The audit of every view holds the same in light colours.
func TestPageLightAndDarkHaveContrast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	p.Dark(true)
	w.signIn(p, operator)
	g.every(p, func(name string) { findings(t, name, p.Audit(browsertest.Contrast)) })
	for _, d := range g.dialogs() {
		d.opens(p)
		findings(t, d.name, p.Audit(browsertest.Contrast))
		d.closes(p)
	}
}
