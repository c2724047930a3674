package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// longSteps are the steps of a removal of the inline mode, of which so many are done.
func longSteps(done int) (out []deprovision.StepProgress) {
	names := []string{"verify-account", "verify-privileges", "take-inventory", "confirm", "remove-rerouting-rules", "remove-outbound-connectors", "remove-virtual-groups",
		"drain", "remove-return-rules", "remove-inbound-connectors", "remove-spoof-allow", "remove-ip-allow", "remove-role-assignment", "remove-consent",
		"remove-service-principal", "verify-removal", "remove-at-product", "close-account"}
	for i, name := range names {
		s := deprovision.StepProgress{Name: name, State: deprovision.StepPending, Total: i % 5, Left: length(time.Duration(i) * 20 * time.Second)}
		if i <= done {
			started := noon.Add(time.Duration(i-done)*time.Minute - 30*time.Second)
			s.State, s.Started = deprovision.StepRunning, &started
		}
		if i < done {
			ended := s.Started.Add(30 * time.Second)
			s.State, s.Done, s.Ended, s.Left = deprovision.StepDone, s.Total, &ended, nil
			s.Waited = name == "confirm"
		}
		out = append(out, s)
	}
	return out
}

func length(d time.Duration) *deprovision.Duration {
	out := deprovision.Duration(d)
	return &out
}

// screens are the states that a screen is drawn of.
func screens() map[string]deprovision.Progress {
	claim := &deprovision.Claim{Worker: "worker-1", Lease: deprovision.Duration(30 * time.Second)}
	eta, late, expires := noon.Add(3*time.Minute), noon.Add(26*time.Hour), noon.Add(48*time.Hour)
	running := deprovision.Progress{Status: deprovision.Held, Claim: claim, Step: 4, Steps: longSteps(4), Removed: 3, Left: length(3*time.Minute + 8*time.Second),
		LeftHigh: length(8*time.Minute + 8*time.Second), ETA: &eta, ETAHigh: &late}
	running.Steps[4].Total, running.Steps[4].Done, running.Steps[4].LeftHigh = 4, 3, length(4*time.Minute)
	parked := deprovision.Progress{Status: deprovision.Parked, Step: 7, Steps: longSteps(7), Removed: 8,
		Park: &deprovision.Park{Until: noon.Add(22 * time.Hour), Reason: "mail under way may still return"}}
	waits := waiting("r1")
	waits.Stop.Expires, waits.Left, waits.LeftHigh = &expires, length(90*time.Second), length(5*time.Minute)
	failed := deprovision.Progress{Status: deprovision.Waiting, Step: 9, Steps: longSteps(9), Removed: 8,
		Stop: &deprovision.Stop{Seq: 31, Name: "failed", Detail: "forbidden", Offers: []deprovision.Verb{deprovision.Retry, deprovision.Skip, deprovision.Cancel}}}
	failed.Steps[8].State, failed.Steps[9].State, failed.Steps[9].Error = deprovision.StepSkipped, deprovision.StepFailed, "403 Forbidden"
	ended := deprovision.Progress{Status: deprovision.SucceededWithRemainder, Detail: "29 artifacts are gone", Step: 18, Steps: longSteps(18), Removed: 28, Gone: 1,
		Remainder: plan("").Remainder, InDoubt: []string{"connector x"}}
	hostile := deprovision.Progress{Status: deprovision.Waiting, Detail: "x", Step: 1,
		Stop: &deprovision.Stop{Seq: 3, Name: "failed\x1b[2J", Detail: "evil\r\n\x1b]0;owned\x07\u009b31m \u202erm -rf", Offers: []deprovision.Verb{deprovision.Retry}},
		Steps: []deprovision.StepProgress{{Name: "ta\x1b[Hke", State: deprovision.StepFailed, Error: "\x1b[1A\x1b[2K\xffgone", Total: 2},
			{Name: "規則を削除する規則を削除する規則を削除する", State: deprovision.StepRunning, Total: 10, Done: 5}}}
	hostile.Request.Account = "in\x1b[31mline"
	return map[string]deprovision.Progress{"running": running, "parked": parked, "waiting": waits, "failed": failed, "ended": ended, "hostile": hostile}
}

func text(lines []bars.Line) string {
	var out strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&out, l.Text)
	}
	return out.String()
}

func TestScreenIsDrawnForItsWindow(t *testing.T) {
	t.Parallel()
	for id, p := range screens() {
		account := p.Request.Account
		p.Request, p.Updated = request("r1"), noon.Add(-8*time.Second)
		if account != "" {
			p.Request.Account = account
		}
		for _, size := range [][2]int{{80, 24}, {40, 24}} {
			golden(t, fmt.Sprintf("screen-%s-%d", id, size[0]), text(cli.Frame(p, id == "waiting", noon, size[0], size[1])))
		}
	}
	golden(t, "screen-queued-80", text(cli.QueuedFrame(request("r1"), noon.Add(-time.Minute), noon, 80, 24)))
}

func TestScreenFitsEveryWindowAndShowsTheStepAtHand(t *testing.T) {
	t.Parallel()
	for id, p := range screens() {
		p.Request, p.Updated = request("r1"), noon.Add(-8*time.Second)
		for columns := 8; columns <= 130; columns += 7 {
			for rows := 3; rows <= 40; rows++ {
				lines := cli.Frame(p, id == "waiting", noon, columns, rows)
				whole := text(lines)
				for _, r := range whole {
					if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) {
						t.Fatalf("%s in %dx%d: the terminal gets %q of\n%s", id, columns, rows, r, whole)
					}
				}
				if columns < 40 || rows < 16 {
					continue // what does not fit is cut off by the region
				}
				if len(lines) > rows-1 {
					t.Errorf("%s in %dx%d: %d lines\n%s", id, columns, rows, len(lines), whole)
				}
				if now := p.Step; now < len(p.Steps) && id != "hostile" && !strings.Contains(whole, p.Steps[now].Name) {
					t.Errorf("%s in %dx%d does not show %s:\n%s", id, columns, rows, p.Steps[now].Name, whole)
				}
			}
		}
	}
}
