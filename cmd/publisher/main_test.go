package main_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPublisherLinksNothingThatOnlyAWorkerNeeds(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "deprovisioner/pkg/client\n") {
		t.Fatalf("this is no list of packages:\n%s", out)
	}
	for dep := range strings.Lines(string(out)) {
		for _, heavy := range []string{"msgraph", "go-redis", "azidentity", "nats-server", "prometheus", "deprovisioner/internal/journal", "deprovisioner/internal/engine"} {
			if strings.Contains(dep, heavy) {
				t.Errorf("it links %s", strings.TrimSpace(dep))
			}
		}
	}
}

func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "publisher")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func TestBinaryAsksFollowsAndExitsWithTheState(t *testing.T) {
	t.Parallel()
	binary := build(t)
	served := natstest.Provision(t)
	nc, j := served.Conn, served.Journal
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Env = append(os.Environ(), "NATS_URL="+nc.ConnectedUrl())
		return cmd
	}
	code := func(err error) int {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return 0
	}
	asked := command("request", "--tenant", "contoso", "--service", "teams", "--account", "main", "--by", "soc", "--id", "r1", "--wait")
	out, err := asked.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	asked.Stderr = &errs
	if err := asked.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.Contains(lines.Text(), "contoso.teams.r1: stored") {
		t.Fatalf("%q\n%s", lines.Text(), errs.String())
	}
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Held}
	first, err := j.Append(t.Context(), r.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "1", Kind: deprovision.Claimed}})
	if err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || !strings.Contains(lines.Text(), "#1  held") {
		t.Fatalf("%q\n%s", lines.Text(), errs.String())
	}

	watching := command("watch", r.Ref().Tokens())
	seen, err := watching.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watching.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(seen).ReadString('\n'); err != nil || !strings.Contains(line, "#1") {
		t.Fatalf("%q, %v", line, err)
	}
	if err := watching.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if got := code(watching.Wait()); got != cli.TimedOut {
		t.Errorf("interrupted: exit code %d", got)
	}

	p.Seq, p.Status = 2, deprovision.Cancelled
	if _, err := j.Append(t.Context(), r.Ref(), first, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "2", Kind: deprovision.Ended}}); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // to its end
	}
	if got := code(asked.Wait()); got != cli.CancelEnd {
		t.Errorf("exit code %d\n%s", got, errs.String())
	}
	if got := code(command("list", "--colour").Run()); got != cli.BadInput {
		t.Errorf("exit code %d", got)
	}
}
