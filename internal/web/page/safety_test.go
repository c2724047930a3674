package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// attack is what a page of another origin tries, in the browser of somebody who is signed in. It tells what it could read, by way of it.
const attack = `(async (target) => {
	const got = {};
	const tries = async (name, f) => { try { const text = await f(); if (text) got[name] = String(text).slice(0, 200); } catch {} };
	const wish = JSON.stringify({id: "evil", tenant: "contoso", service: "exchange-online-inline", account: "inline"});
	const requests = target + "/api/v1/requests";
	await tries("read", async () => (await fetch(requests, {credentials: "include"})).text());
	await tries("read without CORS", async () => (await fetch(requests, {credentials: "include", mode: "no-cors"})).text());
	await tries("post", async () => (await fetch(requests,
		{method: "POST", credentials: "include", headers: {"Content-Type": "application/json"}, body: wish})).text());
	await tries("post with a token of its own", async () => (await fetch(requests,
		{method: "POST", headers: {Authorization: "Bearer x", "Content-Type": "application/json"}, body: wish})).text());
	await tries("post as text", async () => (await fetch(requests, {method: "POST", credentials: "include", mode: "no-cors", body: wish})).text());
	await tries("beacon", async () => void navigator.sendBeacon(requests, wish));
	await tries("stream", () => new Promise((done) => {
		const s = new EventSource(target + "/api/v1/changes", {withCredentials: true});
		s.onmessage = (e) => done(e.data);
		s.onopen = () => done("open");
		s.onerror = () => { s.close(); done(""); };
	}));
	await tries("module", async () => Object.keys(await import(target + "/assets/js/session.js")));
	const loads = (tag, props) => new Promise((done) => {
		const e = Object.assign(document.createElement(tag), props, {onload: () => done("loaded"), onerror: () => done("")});
		document.body.append(e);
	});
	await tries("script", () => loads("script", {src: target + "/assets/js/words.js"}));
	await tries("picture", () => loads("img", {src: target + "/assets/icon.svg"}));
	await tries("style", () => loads("link", {rel: "stylesheet", href: target + "/assets/css/app.css"}));
	await tries("frame", async () => {
		const frame = document.createElement("iframe");
		const loaded = new Promise((done) => { frame.onload = done; });
		frame.src = target + "/#/accounts";
		document.body.append(frame);
		await loaded;
		return frame.contentDocument?.body?.innerText;
	});
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
		await tries("form as " + type, async () => {
			const frame = document.createElement("iframe");
			frame.name = type;
			document.body.append(frame);
			const form = Object.assign(document.createElement("form"), {action: requests, method: "post", enctype: type, target: type});
			form.append(Object.assign(document.createElement("input"), {name: wish.slice(0, -1) + ',"x":"', value: '"}'}));
			document.body.append(form);
			const loaded = new Promise((done) => { frame.onload = done; });
			form.submit();
			await loaded;
			return frame.contentDocument?.body?.innerText;
		});
	}
	return got;
})(%q)`

func TestPageAnotherSitesPageCanNotCallOrFrameIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	asked := w.asked()
	evil := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		_, _ = rw.Write([]byte(`<!doctype html><title>a page of somebody else</title><link rel="icon" href="data:,"><body>hello`)) // who asked may have gone
	}))
	t.Cleanup(evil.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(evil.URL, "http://"), ":")
	ours := w.opened("/accounts", operator)
	ours.In("row", "inline").See("in use")

	for site, origin := range map[string]string{"the same site": evil.URL, "another site": "http://localhost:" + port} {
		p := ours.NewTab()
		p.Allow(w.line.origin())
		for _, expected := range []string{"net::ERR_", "CORS", "frame-ancestors", "40", "41", "42", "Refused", "Framing", "MIME", "module", "blocked"} {
			p.Expect(expected)
		}
		p.Open(origin)
		before := len(w.calls.reads())
		got := map[string]string{}
		p.Eval(fmt.Sprintf(attack, w.line.origin()), &got)
		for by, text := range got {
			t.Errorf("a page of %s could read by its %s: %s", site, by, text)
		}
		if slices.Contains(w.calls.reads()[before:], "/api/v1/session") {
			t.Errorf("a page of %s got the page to run in its frame", site)
		}
	}
	for _, made := range w.calls.made() {
		status, err := strconv.Atoi(made[strings.LastIndex(made, " ")+1:])
		if err != nil || status < http.StatusBadRequest {
			t.Errorf("another site's call was answered: %s", made)
		}
	}
	if len(w.calls.made()) == 0 {
		t.Error("no call arrived, so that nothing was refused")
	}
	none(w, asked)
	ours.In("row", "inline").See("in use")
	ours.See("Signed in as admin@contoso.example")
}

// Whoever is in a hurry clicks twice, strikes Enter, and loads the page anew.
func TestPageAccidentalClickEnterDoubleClickAndReloadRemoveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	w.signIn(p, operator)
	harmless := func(what string) {
		t.Helper()
		p.Eval(`fetch("/api/v1/stops").then((r) => r.text())`, nil) // whatever was sent before has arrived
		if made := w.calls.made(); len(made) > 0 {
			t.Fatalf("%s: %q", what, made)
		}
	}
	g.every(p, func(name string) {
		p.Press("Enter", "Space", "Enter")
		harmless("keys on " + name)
	})
	for _, d := range g.dialogs() {
		d.goes(p)
		p.Click("button", d.button) // the focus is where the dialog puts it
		p.In("dialog", d.title).See(d.sees)
		ready(p)
		p.Press("Enter", "Space")
		harmless("Enter on " + d.name)
		p.Press("Escape")
		p.Lost("dialog", d.title)
		p.DoubleClick("button", d.button)
		p.In("dialog", d.title).See(d.sees)
		p.Press("Enter", "Enter")
		p.Press("Space")
		for _, field := range fields(p) { // Enter in any field
			p.Eval(fmt.Sprintf(`document.querySelectorAll("dialog input, dialog textarea")[%d].focus()`, field), nil)
			p.Press("Enter")
		}
		harmless("double click and Enter on " + d.name)
		p.Reload()
		p.Lost("dialog", d.title)
		harmless("a reload of " + d.name)
	}
}

// fields lists the fields of the dialog that is open, into which one can type.
func fields(p *browsertest.Page) (list []int) {
	p.Eval(`[...document.querySelectorAll("dialog input, dialog textarea")].map((e, i) => e.checkVisibility() && !e.disabled ? i : -1)
		.filter((i) => i >= 0)`, &list)
	return list
}
