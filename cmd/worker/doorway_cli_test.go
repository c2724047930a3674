package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// cliDoor is the publisher, as a script runs it: its options, its exit codes, its JSON.
type cliDoor struct{ *office }

func (d cliDoor) in(t *testing.T) doorway { return cliDoor{d.with(t)} }

// publisher runs it and returns the exit code, what it printed, and what it complained of.
func (d cliDoor) publisher(args ...string) (code int, out, complains string) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(d.ctx, append(args, "--server", d.url, "--timeout", "600s", "--output", "json"), cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

// typesTheAccount confirms as a person at a terminal: only what is typed right counts. Where nobody can be asked, --yes has to say so.
func (d cliDoor) typesTheAccount(p deprovision.Progress) {
	d.t.Helper()
	args := []string{"decide", "confirm", p.Request.Ref().Tokens(), "--by", whoDecides, "--reason", "talked about it on Monday"}
	for _, c := range p.Plan.Cautions {
		args = append(args, "--acknowledge", c.Code)
	}
	before := d.last(p.Request.Ref())
	if code, _, complains := d.publisher(args...); code != cli.BadInput || !strings.Contains(complains, "--yes") {
		d.t.Errorf("with nobody at the keyboard: exit code %d, %s", code, complains)
	}
	account := p.Request.Tenant + "/" + p.Request.Account
	for _, typed := range []string{"", "yes", "fabrikam/" + p.Request.Account, account + "-delegate"} {
		if code, complains := d.sits(typed, args...); code != cli.NotAccepted || d.last(p.Request.Ref()) != before {
			d.t.Errorf("with %q typed: exit code %d, %s", typed, code, complains)
		}
	}
	if code, complains := d.sits(account, args...); code != cli.Success {
		d.t.Fatalf("with %q typed: exit code %d, %s", account, code, complains)
	}
}

// sits runs the publisher as at a terminal on which somebody types a line.
func (d cliDoor) sits(typed string, args ...string) (code int, complains string) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(d.ctx, append(args, "--server", d.url, "--timeout", "600s"), cli.Streams{In: strings.NewReader(typed + "\n"), Out: &stdout, Err: &stderr,
		Terminal: &cli.Terminal{Asks: true, Size: func() (int, int) { return 80, 24 }}})
	return code, stderr.String()
}

// told fails the test unless the exit code is one of these, and returns what was printed.
func (d cliDoor) told(args []string, codes ...int) string {
	d.t.Helper()
	code, out, complains := d.publisher(args...)
	if !slices.Contains(codes, code) {
		d.t.Fatalf("publisher %s: exit code %d: %s", strings.Join(args, " "), code, complains)
	}
	return out
}

func (d cliDoor) accounts(tenant string) []deprovision.Account {
	d.t.Helper()
	return eachLine[deprovision.Account](d.site, d.told([]string{"accounts", "list", "--tenant", tenant}, cli.Success))
}

func (d cliDoor) account(tenant, id string) deprovision.Account {
	d.t.Helper()
	return eachLine[deprovision.Account](d.site, d.told([]string{"accounts", "show", tenant + "." + id}, cli.Success))[0]
}

func (d cliDoor) ask(r deprovision.Request) answered {
	d.t.Helper()
	args := []string{"request", "--tenant", r.Tenant, "--service", string(r.Service), "--account", r.Account, "--id", r.ID, "--by", r.RequestedBy, "--reason", r.Reason,
		"--resume-of", r.ResumeOf}
	for _, code := range r.Options.Acknowledged {
		args = append(args, "--acknowledge", code)
	}
	if r.Options.Confirmed {
		args = append(args, "--confirmed")
	}
	code, out, complains := d.publisher(args...)
	return answered{code == cli.Success, out + complains}
}

func (d cliDoor) decide(x deprovision.Decision) answered {
	d.t.Helper()
	args := []string{"decide", string(x.Verb), x.Ref().Tokens(), "--by", x.DecidedBy, "--reason", x.Reason, "--yes"}
	if x.ID != "" {
		args = append(args, "--id", x.ID)
	}
	if x.Stop > 0 {
		args = append(args, "--stop", fmt.Sprint(x.Stop))
	}
	if x.PlanDigest != "" {
		args = append(args, "--plan", x.PlanDigest)
	}
	for _, code := range x.Acknowledged {
		args = append(args, "--acknowledge", code)
	}
	for _, name := range x.Names {
		args = append(args, "--name", name)
	}
	if x.CredentialRef != "" {
		args = append(args, "--credential", x.CredentialRef)
	}
	code, out, complains := d.publisher(args...)
	return answered{code == cli.Success, out + complains}
}

func (d cliDoor) show(ref deprovision.Ref) deprovision.Progress {
	d.t.Helper()
	var status struct{ Progress deprovision.Progress }
	if err := json.Unmarshal([]byte(d.told([]string{"show", ref.Tokens()}, cli.Success)), &status); err != nil {
		d.t.Fatal(err)
	}
	return status.Progress
}

func (d cliDoor) plan(ref deprovision.Ref) deprovision.Plan {
	d.t.Helper()
	return eachLine[deprovision.Plan](d.site, d.told([]string{"plan", ref.Tokens()}, cli.Success))[0]
}

func (d cliDoor) watch(ref deprovision.Ref, from uint64) []deprovision.Event {
	d.t.Helper()
	return eachLine[deprovision.Event](d.site, d.told([]string{"watch", ref.Tokens(), "--from", fmt.Sprint(from), "--until-stop"},
		cli.Success, cli.WaitsFor, cli.CancelEnd, cli.ForcedEnd, cli.NotAccepted))
}

func (d cliDoor) evidence(ref deprovision.Ref) []deprovision.Evidence {
	d.t.Helper()
	return eachLine[deprovision.Evidence](d.site, d.told([]string{"evidence", ref.Tokens()}, cli.Success))
}

func (d cliDoor) bundle(ref deprovision.Ref) string {
	d.t.Helper()
	path := filepath.Join(d.dir, ref.Tokens()+".jsonl")
	d.told([]string{"evidence", "get", ref.Tokens(), "--out", path}, cli.Success)
	return path
}

// eachLine reads what was printed: one JSON object a line.
func eachLine[T any](s *site, text string) []T {
	s.t.Helper()
	var out []T
	for line := range strings.Lines(text) {
		var one T
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			s.t.Fatalf("%v in %s", err, line)
		}
		out = append(out, one)
	}
	return out
}
