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
