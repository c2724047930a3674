package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

func TestWhatGoesWrongUnseenFailsTheTest(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	for _, c := range []struct {
		name, script string
		want         string
	}{
		{"an error in the console", `console.error("lost", 7)`, `console.error: "lost" 7`},
		{"a warning in the console", `console.warn("odd")`, `console.warning: "odd"`},
		{"an exception", `setTimeout(() => { throw new Error("boom"); })`, "uncaught: Error: boom"},
		{"a promise that nobody caught", `Promise.reject(new Error("boom"))`, "uncaught: Error: boom"},
		{"a request that is refused", `fetch("/missing").catch(() => {})`, "/missing: answered with 404"},
		{"a request to another server", `fetch("` + elsewhere.URL + `/spy").catch(() => {})`, "foreign request: " + elsewhere.URL + "/spy"},
		{"a picture from another server", `document.body.append(Object.assign(new Image(), {src: "` + elsewhere.URL + `/spy.png"}))`, "foreign request"},
		{"a style against the policy", `document.body.append(Object.assign(document.createElement("iframe"), {src: "data:text/html,x"}))`, "Content Security Policy"},
		{"text as markup", `try { document.body.innerHTML = "x" } catch {}`, "TrustedHTML"},
		{"a dialog", `setTimeout(() => alert("hello"))`, "dialog (alert): hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := record(t, func(tb testing.TB) { provoke(tb, c.script, c.want) })
			if !strings.Contains(got, "in the page, unseen: ") || !strings.Contains(got, c.want) {
				t.Errorf("the test said %q, not %q", got, c.want)
			}
		})
	}
}

// provoke runs a script in a page, and is patient enough for what comes of it later: until it is noted, where it is wanted.
func provoke(tb testing.TB, script, want string, expected ...string) {
	tb.Helper()
	p := open(tb, `<p id="p"></p>`)
	for _, e := range expected {
		p.Expect(e)
	}
	p.Eval(script+`; new Promise(done => setTimeout(done, 200)).then(() => { p.textContent = "done"; })`, nil)
	p.See("done")
	if want != "" {
		p.Until("it is noted", func() bool {
			return slices.ContainsFunc(p.Problems(), func(s string) bool { return strings.Contains(s, want) })
		})
	}
}

func TestWhatIsExpectedFailsNoTest(t *testing.T) {
	t.Parallel()
	script := `console.error("lost"); fetch("/missing"); setTimeout(() => alert("hello"))`
	if got := record(t, func(tb testing.TB) { provoke(tb, script, "", `"lost"`, "/missing", "(alert)") }); got != "" {
		t.Errorf("the test said %q", got)
	}
	if got := record(t, func(tb testing.TB) { provoke(tb, script, "/missing", `"lost"`, "(alert)") }); !strings.Contains(got, "/missing") {
		t.Errorf("the test said %q", got)
	}
}

func TestWhatIsNotThereFailsTheTestAndSaysWhatIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		test func(*browsertest.Page)
		want string
	}{
		{"a button of another name", func(p *browsertest.Page) { p.Click("button", "Remove") }, `every button there: "Delete", "Twice", "Twice", "Off", "Under"`},
		{"two of one name", func(p *browsertest.Page) { p.Click("button", "Twice") }, `more than one button "Twice"`},
		{"a disabled button", func(p *browsertest.Page) { p.Click("button", "Off") }, "disabled"},
		{"a covered button", func(p *browsertest.Page) { p.Click("button", "Under") }, "covered by <div>"},
		{"an option that is not offered", func(p *browsertest.Page) { p.Choose("Service", "OneDrive") }, `its options are ["Teams"]`},
		{"a text that is not there", func(p *browsertest.Page) { p.See("hidden") }, `see "hidden"`},
		{"a text that stays", func(p *browsertest.Page) { p.Gone("Delete") }, "still there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := record(t, func(tb testing.TB) {
				p := open(tb, `<button>Delete</button><button>Twice</button><button>Twice</button><button disabled>Off</button><p hidden>hidden</p>
					<select aria-label="Service"><option>Teams</option></select>
					<div style="position: relative"><button>Under</button><div style="position: absolute; inset: 0">over</div></div>`)
				p.Look(3)
				c.test(p)
			})
			if !strings.Contains(got, c.want) {
				t.Errorf("the test said %q, not %q", got, c.want)
			}
		})
	}
}
