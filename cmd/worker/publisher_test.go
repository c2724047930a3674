package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// publish runs the publisher against the site and returns its exit code and what it printed.
func (s *site) publish(args ...string) (int, string) {
	s.t.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(s.ctx, append(args, "--server", s.url, "--timeout", "90s"), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	return code, out.String() + errs.String()
}

func (s *site) mustPublish(code int, says string, args ...string) string {
	s.t.Helper()
	got, out := s.publish(args...)
	if got != code || !strings.Contains(out, says) {
		s.t.Fatalf("publisher %s: exit code %d, want %d with %q in\n%s", strings.Join(args, " "), got, code, says, out)
	}
	return out
}

// waits blocks until a request stands at a stop that a later event than seq opened.
func (s *site) waits(id, stop string, seq uint64) {
	s.t.Helper()
	s.until(refOf(id), func(e deprovision.Event) bool {
		p := e.Progress
		return p.Seq > seq && p.Status == deprovision.Waiting && p.Stop.Name == stop
	})
}

const door = "contoso.exchange-online-inline."

func asked(id string, more ...string) []string {
	return append([]string{"request", "--tenant", "contoso", "--service", "exchange-online-inline", "--account", "inline", "--by", "soc@contoso.example",
		"--id", id, "--wait"}, more...)
}

func TestPublisherPlansApprovesConfirmsAndSeesTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	s.worker("")
	s.mustPublish(cli.Success, "planned", asked("dry", "--dry-run")...)
	s.mustPublish(cli.WaitsFor, "confirm", asked("r1")...)
	s.mustPublish(cli.WaitsFor, "confirm", asked("r1")...) // the same once more is the same request
	s.mustPublish(cli.NotAccepted, "r1", asked("r1", "--reason", "other contents")...)
	s.mustPublish(cli.NotAccepted, "not offered", "decide", "skip", door+"r1", "--stop", fmt.Sprint(s.last(refOf("r1"))))
	s.mustPublish(cli.Success, "publisher decide", "show", door+"r1")
	s.mustPublish(cli.NotAccepted, "r1 is open", asked("r2")...) // one open request per account
	before := s.last(refOf("r1"))
	s.mustPublish(cli.Success, "", "decide", "approve", door+"r1", "--name", "TMCAS pilot users", "--yes")
	s.waits("r1", "confirm", before)
	s.mustPublish(cli.Success, "", "decide", "confirm", door+"r1", "--acknowledge", "mail-unscanned", "--acknowledge", "quarantine-lost", "--yes")
	s.mustPublish(cli.Success, "succeeded-with-remainder", "watch", door+"r1")
	s.mustPublish(cli.Remaining, "succeeded-with-remainder", asked("r1", "--strict")...)
	s.mustPublish(cli.Success, "closed", "accounts", "show", "contoso.inline")
	s.mustPublish(cli.NotAccepted, "was closed by request r1", asked("r3")...)
	if _, still := s.sim.ObjectID(tenantsim.InlineTenantID, "dynamicDistributionGroup", "TMCAS pilot users"); still {
		t.Error("the approved suspect is still there")
	}
	evidence := s.mustPublish(cli.Success, "TMCAS pilot users", "evidence", door+"r1", "--output", "json")
	for line := range strings.Lines(evidence) {
		if !json.Valid([]byte(line)) {
			t.Fatalf("no JSON: %s", line)
		}
	}
	s.mustPublish(cli.Success, door+"r1", "list", "--tenant", "contoso")
}

func TestForcedRemovalIsTakenUpLater(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	s.worker("")
	s.mustPublish(cli.WaitsFor, "confirm", asked("r1")...)
	s.mustPublish(cli.NotAccepted, "has not ended (waiting)", asked("r0", "--resume-of", "r1")...)
	s.mustPublish(cli.Success, "", "decide", "force", door+"r1", "--yes")
	s.mustPublish(cli.ForcedEnd, "forced", "watch", door+"r1")
	s.mustPublish(cli.Success, "r1", "accounts", "show", "contoso.inline")
	s.mustPublish(cli.NotAccepted, "resumeOf", asked("r2")...)
	s.mustPublish(cli.NotAccepted, "there is no request r9", asked("r3", "--resume-of", "r9")...)
	s.mustPublish(cli.Success, "updated", "accounts", "amend", "--tenant", "contoso", "--id", "inline", "--consumer", "SOAR playbook")
	s.mustPublish(cli.WaitsFor, "confirm", asked("r4", "--resume-of", "r1")...)
	s.mustPublish(cli.Success, "", "decide", "cancel", door+"r4", "--yes")
	s.mustPublish(cli.CancelEnd, "cancelled", "watch", door+"r4")
	if a := s.freed(); a.State != deprovision.AccountClosed || a.Closed != "r1" {
		t.Errorf("after a resume that was cancelled the record is %+v", a)
	}
	s.mustPublish(cli.Success, "succeeded-with-remainder", asked("r5", "--resume-of", "r4", "--confirmed", "--acknowledge", "mail-unscanned",
		"--acknowledge", "quarantine-lost")...)
	p, events := s.end(refOf("r5"))
	if p.Removed != footprintSize-1 || p.Gone != 1 || len(p.InDoubt) > 0 {
		t.Errorf("removed %d, found gone %d, in doubt %v: %s", p.Removed, p.Gone, p.InDoubt, p.Detail)
	}
	if a := s.freed(); a.State != deprovision.AccountClosed || a.Closed != "r5" {
		t.Errorf("the record is %+v", a)
	}
	_, first := s.end(refOf("r1"))
	outcomes := map[string]int{}
	for _, e := range append(first, events...) {
		for _, found := range e.Change.Evidence {
			if found.Outcome == deprovision.Removed {
				outcomes[found.Artifact.ID]++
			}
		}
	}
	for id, n := range outcomes {
		if n != 1 {
			t.Errorf("%s is removed %d times in the evidence", id, n)
		}
	}
	if len(outcomes) != footprintSize {
		t.Errorf("%d of %d artifacts were removed by the two", len(outcomes), footprintSize)
	}
}

func TestEveryStopHasADoorForThePublisher(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{drain: time.Hour})
	s.worker("")
	// a call that is forbidden: failed, then retry
	s.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule"}, Do: tenantsim.FaultForbidden})
	ready := []string{"--confirmed", "--acknowledge", "mail-unscanned", "--acknowledge", "quarantine-lost"}
	s.mustPublish(cli.WaitsFor, "failed", asked("r1", ready...)...)
	before := s.last(refOf("r1"))
	s.mustPublish(cli.Success, "", "decide", "retry", door+"r1", "--yes")
	// a second failure: skip leaves the step out
	s.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-OutboundConnector"}, Do: tenantsim.FaultForbidden, Times: -1})
	s.waits("r1", "failed", before)
	s.mustPublish(cli.Success, "", "decide", "skip", door+"r1", "--yes")
	// parked in the drain: force goes straight to the closing steps
	s.until(refOf("r1"), parked)
	s.mustPublish(cli.Success, "", "decide", "force", door+"r1", "--yes")
	s.mustPublish(cli.ForcedEnd, "forced", "watch", door+"r1")
}
