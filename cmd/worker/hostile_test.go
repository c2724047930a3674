package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// A tenant in which every name wants to be more than a name loses all of the product and nothing else, and shows its names to a person as they are.
func TestHostileTenantLosesTheProductAloneAndIsOnlyText(t *testing.T) {
	t.Parallel()
	t.Run("account by account, through each door by turns", func(t *testing.T) {
		t.Parallel()
		tenant := &officeTenant{alias: "contoso", fixture: tenantsim.HostileTenant(), accounts: recordsOf("contoso", tenantsim.HostileAccounts())}
		o := newOffice(t, options{}, tenant)
		doors := []string{"cli", "api"}
		for i, a := range byTurn(tenant.accounts) {
			c := &conversation{office: o, tenant: tenant, account: a, notes: map[uint64]string{}, before: o.sim.Changes(tenant.fixture.Tenant.ID)}
			c.talk(t, doorways[doors[i%2]])
			cliDoor{o}.showsText(c.ref())
		}
		audit, err := o.sim.AuditFull(tenant.fixture.Tenant.ID)
		if err != nil || !audit.Clean() {
			t.Errorf("%v; still there %q; touched %q; called about more than once %q", err, audit.Left, audit.Touched, audit.Repeated)
		}
	})
}

// showsText runs what shows names to a person, and fails the test when one of them gets through to the terminal or the browser.
func (d cliDoor) showsText(ref deprovision.Ref) {
	d.t.Helper()
	account := ref.Tenant + "." + strings.TrimPrefix(ref.Request, "remove-")
	for _, args := range [][]string{{"show", ref.Tokens()}, {"plan", ref.Tokens()}, {"evidence", ref.Tokens()}, {"watch", ref.Tokens()}, {"list"},
		{"accounts", "show", account}, {"accounts", "list", "--all"}} {
		var out bytes.Buffer
		if code := cli.Run(d.ctx, append(args, "--server", d.url), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out}); code != cli.Success {
			d.t.Errorf("%v: exit code %d, %s", args, code, out.String())
		}
		for line := range strings.Lines(out.String()) {
			for _, r := range strings.TrimSuffix(line, "\n") {
				if unicode.In(r, unicode.Cc, unicode.Cf) || r == '\u2028' || r == '\u2029' {
					d.t.Errorf("%v prints %q in %q", args, r, line)
					break
				}
			}
		}
	}
	path := filepath.Join(d.dir, fmt.Sprint(ref.Tokens(), ".html"))
	d.told([]string{"evidence", "get", ref.Tokens(), "--format", "html", "--out", path}, cli.Success)
	page, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "<svg", "<iframe", "href=\"javascript:", "\x1b", "\u202e", "\u200b"} {
		if bytes.Contains(page, []byte(bad)) {
			d.t.Errorf("the report of %s has %q", ref.Tokens(), bad)
		}
	}
}

func TestHostileTenantIsServedByItsName(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	said, say := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := simulation{listen: "127.0.0.1:0", fixture: "hostile"}.serve(ctx, say)
		_ = say.CloseWithError(err)
		ended <- err
	}()
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil || !strings.Contains(line, strconv.Quote(tenantsim.HostileApp)) || strings.Contains(line, "\x1b") {
		t.Errorf("it says %q, %v", line, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
