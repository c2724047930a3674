package browsertest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

const style = `<style>button, a, summary { min-width: 24px; min-height: 24px; } nav a { display: inline-block; } input { min-height: 24px; }</style>`

// sound has everything that an audit looks at, and no fault.
const sound = style + `
	<p>Text with a <a href="#x">link in it</a>, and <code style="background: #222; color: rgba(255, 255, 255, .9)">light on dark</code>.</p>
	<h2>Form</h2>
	<label>Name <input placeholder="contoso" style="background: #fff"></label>
	<label>Off <input disabled value="x"></label>
	<label><input type="checkbox" style="position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden"><span
		style="display: inline-block; padding: 8px">Sure</span></label><style>:focus-visible + span { box-shadow: 0 0 0 2px #000; }</style>
	<fieldset><legend>Kind</legend><label style="padding: 8px"><input type="radio" name="k" value="1"> One</label>
		<label style="padding: 8px"><input type="radio" name="k" value="2"> Two</label></fieldset>
	<h3>Pictures</h3>
	<svg role="img" aria-label="A timeline" width="20" height="20"><title>A timeline</title></svg><svg aria-hidden="true" width="1" height="1"></svg>
	<img alt="" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
	<h2>Table</h2>
	<table><caption>Accounts</caption><thead><tr><th scope="col">Tenant</th></tr></thead><tbody><tr><td>contoso</td></tr></tbody></table>
	<details><summary>More</summary><button>Hidden</button></details>
	<button disabled style="color: #eee">Off</button><button>Remove</button>
	<ul><li>item</li></ul>`

func TestASoundPageHasNoFindings(t *testing.T) {
	t.Parallel()
	p := open(t, sound)
	for _, dark := range []bool{false, true} {
		p.Dark(dark)
		p.Eval(`document.documentElement.style.colorScheme = "light dark"`, nil)
		p.Sound()
	}
	p.Phone()
	p.Sound()
}

func TestAnAuditFindsAPlantedFault(t *testing.T) {
	t.Parallel()
	type fault struct {
		name string
		rule browsertest.Rule
		body string
		want string // in the finding
	}
	planted := map[browsertest.Rule][]fault{}
	for _, c := range []fault{
		{"a button without a name", browsertest.Names, `<button></button>`, "button has no accessible name"},
		{"a button with an icon only", browsertest.Names, `<button><svg aria-hidden="true"></svg></button>`, "button has no accessible name"},
		{"a link without a name", browsertest.Names, `<a href="#"><img alt="" src="data:,"></a>`, "link has no accessible name"},
		{"a field without a label", browsertest.Names, `<input placeholder="Name">`, "no label"},
		{"a select without a label", browsertest.Names, `<select><option>a</option></select>`, "no label"},
		{"a label for nothing", browsertest.Names, `<label for="gone">Name</label>`, "an id that is not there"},
		{"a description that is not there", browsertest.Names, `<button aria-describedby="gone">x</button>`, "names gone"},
		{"a picture without a text", browsertest.Names, `<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">`, "no alt"},
		{"a drawing without a role", browsertest.Names, `<svg width="9" height="9"></svg>`, "neither hidden"},
		{"links in a picture", browsertest.Names, `<svg role="img" aria-label="Days"><a href="#x" aria-label="Monday"></a></svg>`, "role=group"},
		{"a thing with the focus and no role", browsertest.Names, `<div tabindex="0">x</div>`, "no role"},
		{"a thing to click without the keyboard", browsertest.Names, `<div onclick="1">x</div>`, "not be reached by the keyboard"},
		{"a hidden thing with the focus", browsertest.Names, `<div aria-hidden="true"><button>x</button></div>`, "hidden from assistive"},
		{"a dialog without a name", browsertest.Names, `<dialog open><p>x</p></dialog>`, "dialog has no accessible name"},
		{"a table without a name", browsertest.Names, `<table><tr><th scope="col">a</th></tr><tr><td>b</td></tr></table>`, "table has no accessible name"},
		{"two first headings", browsertest.Structure, `<h1>x</h1>`, "2 headings of level 1"},
		{"a jumped heading", browsertest.Structure, `<h3>x</h3>`, "level 3 follows one of level 1"},
		{"an empty heading", browsertest.Structure, `<h2></h2>`, "heading is empty"},
		{"an id twice", browsertest.Structure, `<p id="a"></p><p id="a"></p>`, "more than once"},
		{"two mains", browsertest.Structure, `<div role="main">x</div>`, "2 main landmarks"},
		{"a table without headers", browsertest.Structure, `<table><tr><td>a</td></tr></table>`, "no header cells"},
		{"a header without a scope", browsertest.Structure, `<table><tr><th>a</th></tr></table>`, "no scope"},
		{"a list of no items", browsertest.Structure, `<ul><div>a</div></ul>`, "no items"},
		{"a page without a language", browsertest.Structure, `<script>document.documentElement.lang = ""</script>`, "no lang"},
		{"a page without a title", browsertest.Structure, `<script>document.title = ""</script>`, "no title"},
		{"grey on white", browsertest.Contrast, `<p style="color: #777">x</p>`, "contrast 4.48"},
		{"grey on white by another colour space", browsertest.Contrast, `<p style="color: oklch(0.8 0 0)">x</p>`, "4.5 is the least"},
		{"large and light", browsertest.Contrast, `<p style="color: #999; font-size: 24px">x</p>`, "3 is the least"},
		{"half transparent text", browsertest.Contrast, `<p style="color: rgb(0 0 0 / 40%)">x</p>`, "contrast"},
		{"half transparent parts", browsertest.Contrast, `<div style="opacity: .4"><p>x</p></div>`, "contrast"},
		{"a half transparent ground", browsertest.Contrast, `<div style="background: rgb(0 0 0 / 60%)"><p>x</p></div>`, "contrast"},
		{"a placeholder", browsertest.Contrast, `<input style="background: #fff" placeholder="x"><style>::placeholder { color: #aaa }</style>`, "contrast"},
		{"text in a drawing", browsertest.Contrast, `<svg width="99" height="50"><text y="20" fill="#ccc">x</text></svg>`, "contrast"},
		{"text on a gradient", browsertest.Contrast, `<p style="background: linear-gradient(#fff, #000)">x</p>`, "gradient"},
		{"a wide page", browsertest.Width, `<p style="width: 3000px">x</p>`, "px wide in a viewport of 1280"},
		{"a small button", browsertest.Targets, `<button style="min-width: 0; width: 20px; height: 30px; padding: 0">x</button>`, "20.0 by 30.0"},
		{"a small link that stands alone", browsertest.Targets, `<p><a href="#" style="font-size: 12px">x</a></p>`, "the least"},
		{"no mark of the focus", browsertest.Focus, `<button style="outline: none">x</button>`, "nothing shows"},
		{"an unseen mark of the focus", browsertest.Focus, `<button style="outline-color: transparent !important">x</button>`, "nothing shows"},
		{"a tabindex of its own", browsertest.Focus, `<button>a</button><button tabindex="1">b</button>`, "tabindex is above 0"},
		{"an order against the eye", browsertest.Focus, `<div style="display: flex; flex-direction: row-reverse"><button>a</button><button>b</button></div>`, "what the eye sees behind"},
		{"a trap", browsertest.Focus, `<button id="a">a</button><button onblur="setTimeout(() => a.focus())" onkeydown="event.preventDefault()">b</button>`, "a trap"},
		{"what is behind a trap", browsertest.Focus, `<button onkeydown="event.preventDefault()">a</button><button>b</button>`, "never reaches"},
	} {
		planted[c.rule] = append(planted[c.rule], c)
	}
	for rule, faults := range planted {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			pages := map[string]string{}
			for i, c := range faults {
				pages[fmt.Sprintf("/%d", i)] = document(style + c.body)
			}
			url := site(t, pages)
			p := browsertest.New(t)
			for i, c := range faults {
				p.Open(fmt.Sprintf("%s/%d", url, i))
				found := p.Audit(rule)
				if !slices.ContainsFunc(found, func(f browsertest.Finding) bool { return f.Rule == rule && strings.Contains(f.Why, c.want) }) {
					t.Errorf("%s: %q is not among the findings: %v", c.name, c.want, found)
				}
			}
		})
	}
}

func TestTheFocusOrderIsWhatTabReaches(t *testing.T) {
	t.Parallel()
	p := open(t, sound)
	want := []browsertest.Stop{
		{"link", "Accounts"}, {"link", "link in it"}, {"textbox", "Name"}, {"checkbox", "Sure"}, {"radio", "One"},
		{"DisclosureTriangle", "More"}, {"button", "Remove"},
	}
	if diff := cmp.Diff(want, p.FocusOrder()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCameWhileTabHadPassedByIsReachedByAnotherWalk(t *testing.T) {
	t.Parallel()
	p := open(t, style+`<button id="a" disabled>a</button><button id="b">b</button><script>b.onfocus = () => { a.disabled = false; };</script>`)
	if found := p.Audit(browsertest.Focus); len(found) > 0 {
		t.Error(found)
	}
	if diff := cmp.Diff([]browsertest.Stop{{"link", "Accounts"}, {"button", "a"}, {"button", "b"}}, p.FocusOrder()); diff != "" {
		t.Error(diff)
	}
}

func TestAModalDialogIsThePageWhileItIsOpen(t *testing.T) {
	t.Parallel()
	for name, dialog := range map[string]string{
		"of the browser": `<dialog id="d" aria-label="Remove?"><button>Yes</button><button>No</button><button>Why?</button></dialog>
			<script>d.showModal(); d.querySelector("button:nth-child(2)").focus();</script>`,
		"of a script": `<div id="d" role="dialog" aria-modal="true" aria-label="Remove?"><button>Yes</button><button>No</button><button>Why?</button></div>
			<script>const all = [...d.children]; all[1].focus(); d.onkeydown = e => {
				if (e.key !== "Tab") return;
				e.preventDefault();
				all[(all.indexOf(document.activeElement) + (e.shiftKey ? 2 : 1)) % 3].focus();
			};</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, style+`<button style="color: #eee">behind</button>`+dialog)
			want := []browsertest.Stop{{"button", "Yes"}, {"button", "No"}, {"button", "Why?"}}
			if diff := cmp.Diff(want, p.FocusOrder()); diff != "" {
				t.Error(diff)
			}
			p.Sound()
		})
	}
}
