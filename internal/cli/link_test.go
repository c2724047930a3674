package cli_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWatchTellsOnceThatNATSIsLostAndOnceThatItIsBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		terminal cli.Terminal
		args     []string
	}{
		"lines":    {cli.Terminal{}, []string{"watch", name("b1-a")}},
		"a screen": {cli.Terminal{Draws: true}, []string{"watch", name("b1-a")}},
		"all":      {cli.Terminal{}, []string{"watch"}},
		"a batch":  {cli.Terminal{Draws: true}, watching()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := provisioned(t)
			held := deprovision.Progress{Request: request("b1-a"), Seq: 1, Status: deprovision.Held, Step: 1, Steps: steps()}
			revision := w.hasEvent(deprovision.Event{Progress: held, Change: deprovision.Change{Kind: deprovision.Claimed}}, 0)
			p := w.sits(t, tc.terminal, tc.args...)
			p.sees("remove-rerouting-rules")
			w.Stop()
			p.sees("publisher: the connection to NATS is lost; this goes on when it is back: ")
			w.Back()
			p.sees("publisher: connected to NATS again\n")
			w.finishes(held, revision)
			p.sees("succeeded")
			code := cli.Success
			if name == "all" {
				p.stop()
				code = cli.TimedOut
			}
			if all := p.ends(code); strings.Count(all, "is lost") != 1 || strings.Count(all, "NATS again") != 1 {
				t.Errorf("it says more than once:\n%s", all)
			}
		})
	}
}
