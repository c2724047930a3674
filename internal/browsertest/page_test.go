package browsertest_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

func TestAPersonUsesAPage(t *testing.T) {
	t.Parallel()
	p := open(t, `
		<label>Name <input id="n"></label>
		<label><input type="checkbox"> Sure</label>
		<label>Service <select><option>Teams</option><option>OneDrive</option></select></label>
		<button id="b" disabled>Remove</button><output id="o" aria-label="Result"></output>
		<table><caption>Accounts</caption><thead><tr><th scope="col">Tenant</th><th scope="col">Do</th></tr></thead>
		<tbody><tr><th scope="row">contoso</th><td><button>Open</button></td></tr><tr><td>fabrikam</td><td><button>Open</button></td></tr></tbody></table>
		<script>
			n.addEventListener("input", () => setTimeout(() => { b.disabled = n.value !== "contoso"; }, 100));
			b.addEventListener("click", () => setTimeout(() => { o.textContent = "removed " + n.value; }, 100));
			document.querySelector("table").addEventListener("click", e => { o.textContent = "opened " + e.target.closest("tr").cells[0].textContent; });
		</script>`)
	p.Fill("Name", "old")
	p.Fill("Name", "contoso")
	p.Check("Sure", true)
	p.Choose("Service", "OneDrive")
	p.Click("button", "Remove")
	p.See("removed contoso")
	p.In("row", "fabrikam").Click("button", "Open")
	p.See("opened fabrikam")
	p.Gone("removed contoso")
	if got := p.Text("status", "Result"); got != "opened fabrikam" {
		t.Errorf("the result is %q", got)
	}
	if diff := cmp.Diff([][]string{{"contoso", "Open"}, {"fabrikam", "Open"}}, p.Rows("Accounts")); diff != "" {
		t.Error(diff)
	}
	if role, name := p.Focused(); role != "button" || name != "Open" {
		t.Errorf("the focus is on %s %q", role, name)
	}
	if got := p.Value("combobox", "Service"); got != "OneDrive" {
		t.Errorf("chosen is %q", got)
	}
}

func TestPagesOfOneBrowserShareNothing(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/{$}": document(`<p id="p"></p><script>
		p.textContent = "had " + localStorage.getItem("who") + "/" + sessionStorage.getItem("who");
		localStorage.setItem("who", "somebody"); sessionStorage.setItem("who", "somebody");
		document.cookie = "who=somebody";
	</script>`)})
	a, b := browsertest.New(t), browsertest.New(t)
	a.Open(url)
	a.See("had null/null")
	b.Open(url)
	b.See("had null/null")
	a.Reload()
	a.See("had somebody/somebody")
	tab := a.NewTab()
	tab.Open(url)
	tab.See("had somebody/null")
}

func TestAClickWaitsUntilItHits(t *testing.T) {
	t.Parallel()
	p := open(t, `<div style="height: 3000px"></div><p id="p">nothing</p>
		<div style="position: relative; height: 60px"><button id="b" style="position: absolute; left: 0; transition: left 300ms linear">Go</button>
		<div id="over" style="position: absolute; inset: 0; background: #fff">over</div></div>
		<script>
			b.onclick = () => { p.textContent = "hit"; };
			setTimeout(() => { over.remove(); b.style.left = "300px"; }, 300);
		</script>`)
	p.Click("button", "Go")
	p.See("hit")
}

func TestAClickThatThePageMovesAwayFromHarmsNothingAndIsMadeAgain(t *testing.T) {
	t.Parallel()
	p := open(t, `<p id="p"></p><div id="d" style="position: relative; height: 60px"><button id="b" style="position: absolute; left: 0">Go</button></div>
		<script>
			let moved = 0;
			for (const kind of ["pointerdown", "mousedown", "mouseup", "click"]) d.addEventListener(kind, e => { p.textContent += (e.target === b ? kind : "harm") + " "; });
			document.addEventListener("mousemove", () => { if (moved++ < 2) b.style.left = 200 * moved + "px"; });
		</script>`)
	p.Click("button", "Go")
	if got := p.VisibleText(); !strings.Contains(got, "pointerdown mousedown mouseup click") || strings.Contains(got, "harm") {
		t.Errorf("the page heard %q", got)
	}
}

func TestAClickThatIsLostIsMadeAgain(t *testing.T) {
	t.Parallel()
	p := open(t, `<p id="p"></p><button id="b">Go</button>
		<script>
			let presses = 0;
			const lose = e => {
				if (e.type === "pointerdown") presses++;
				if (presses < 3) e.stopImmediatePropagation();
			};
			for (const kind of ["pointerdown", "pointerup", "mousedown", "mouseup", "click"]) addEventListener(kind, lose, {capture: true});
			b.onclick = () => { p.textContent += "clicked "; };
		</script>`)
	p.Click("button", "Go")
	if got := p.VisibleText(); strings.Count(got, "clicked") != 1 {
		t.Errorf("the page heard %q", got)
	}
}

func TestATouchIsATap(t *testing.T) {
	t.Parallel()
	p := open(t, `<button id="b">Go</button><p id="p"></p><script>
		b.addEventListener("touchstart", () => { p.textContent += "touched "; }, {passive: true});
		b.addEventListener("click", () => { p.textContent += "clicked"; });
	</script>`)
	p.Phone()
	p.Click("button", "Go")
	p.See("touched clicked")
	var width int
	p.Eval("innerWidth", &width)
	if width != 360 {
		t.Errorf("the viewport is %d px wide", width)
	}
}

func TestKeysDoWhatTheyDoForAPerson(t *testing.T) {
	t.Parallel()
	p := open(t, `<form><label>Name <input></label><label>Note <textarea></textarea></label><button>Send</button></form><output aria-label="Sent"></output><script>
		document.querySelector("form").onsubmit = e => { e.preventDefault(); document.querySelector("output").textContent = "sent " + e.target[0].value; };
	</script>`)
	p.Click("textbox", "Name")
	p.Type("conto")
	p.Press("s", "Shift+O", "Home", "Shift+End", "Delete")
	p.Type("fabrikam +")
	p.Press("Backspace", "Enter")
	p.See("sent fabrikam")
	p.Press("Control+a", "x", "Tab")
	p.SeeFocus("textbox", "Note")
	p.Type("é ü 漢")
	if got := p.Value("textbox", "Note"); got != "é ü 漢" {
		t.Errorf("the note is %q", got)
	}
	if got := p.Value("textbox", "Name"); got != "x" {
		t.Errorf("the name is %q", got)
	}
	p.Fill("Name", "")
	if got := p.Value("textbox", "Name"); got != "" {
		t.Errorf("the name is %q", got)
	}
	p.Press("Shift+Tab")
	p.SeeFocus("link", "Accounts")
}

func TestAPageIsToldWhatAPersonPrefers(t *testing.T) {
	t.Parallel()
	p := open(t, `<style>
		p::before { content: "light" }
		@media (prefers-color-scheme: dark) { p::before { content: "dark" } }
		@media (prefers-reduced-motion: reduce) { p::after { content: " still" } }
	</style><p id="p"></p>`)
	says := func(want string) {
		t.Helper()
		var got string
		p.Eval(`[..."before after".split(" ")].map(part => getComputedStyle(p, "::" + part).content).join("")`, &got)
		if got != want {
			t.Errorf("the page says %s, not %s", got, want)
		}
	}
	says(`"light"none`)
	p.Dark(true)
	says(`"dark"none`)
	p.ReducedMotion(true)
	says(`"dark"" still"`)
	p.Dark(false)
	says(`"light"" still"`)
}

func TestOfflineCutsRequestsAndACutWireStreamsToo(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "retry: 100\ndata: hello\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, document(`<p id="s">new</p><p id="f"></p><button id="b">Ask</button><script>
			const events = new EventSource("/events");
			let n = 0;
			events.onmessage = () => { s.textContent = "live " + ++n; };
			events.onerror = () => { s.textContent = "broken"; };
			b.onclick = () => fetch("/").then(() => { f.textContent = "answered"; }, () => { f.textContent = "failed"; });
		</script>`))
	})
	mux.HandleFunc("GET /favicon.ico", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	wire := browsertest.NewWire(t, server.URL)
	p := browsertest.New(t)
	p.Open(wire.URL())
	p.See("live 1")
	p.Offline(true)
	p.Click("button", "Ask")
	p.See("failed")
	p.Offline(false)
	p.Click("button", "Ask")
	p.See("answered")
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("to be offline is no problem, and yet: %q", problems)
	}
	p.Expect("net::ERR_")
	wire.Cut()
	p.See("broken")
	p.Click("button", "Ask")
	p.See("failed")
	wire.Mend()
	p.See("live 2")
}

func TestWhatIsCopiedAndSavedIsSeen(t *testing.T) {
	t.Parallel()
	p := open(t, `<button id="b">Copy</button><a download="evidence.json" href="data:application/json,{}">Evidence</a><script>
		let n = 0;
		b.onclick = () => navigator.clipboard.writeText("copy " + ++n);
	</script>`)
	for _, want := range []string{"copy 1", "copy 2"} {
		if got := p.Copied(func() { p.Click("button", "Copy") }); got != want {
			t.Errorf("copied was %q", got)
		}
	}
	for range 2 {
		if got := p.Download(func() { p.Click("link", "Evidence") }); got.Name != "evidence.json" || string(got.Content) != "{}" {
			t.Errorf("saved was %q with %q", got.Name, got.Content)
		}
	}
}

func TestAScreenshotIsTheWholePageAndTheSameTwice(t *testing.T) {
	t.Parallel()
	p := open(t, `<style>@keyframes turn { to { rotate: 360deg } } div { width: 50px; height: 50px; background: teal; animation: turn 1s infinite }</style>
		<div></div><label>Name <input></label><p style="height: 2000px">tall</p>`)
	p.Fill("Name", "contoso")
	var pictures [2][]byte
	for i := range pictures {
		path := filepath.Join(t.TempDir(), "a", "page.png")
		p.Screenshot(path)
		picture, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pictures[i] = picture
	}
	if !bytes.Equal(pictures[0], pictures[1]) {
		t.Error("two pictures of one page differ")
	}
	size, err := png.DecodeConfig(bytes.NewReader(pictures[0]))
	if err != nil {
		t.Fatal(err)
	}
	var height int
	p.Eval("document.documentElement.scrollHeight", &height)
	if size.Width != 1280 || size.Height != height || height < 2000 {
		t.Errorf("the picture is %d by %d; the page is 1280 by %d", size.Width, size.Height, height)
	}
}
