package browsertest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	p.Press("Shift+Tab")
	t.Log(p.Focused())
	_ = time.Now
}
