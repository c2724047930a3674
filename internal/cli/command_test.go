package cli_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestEveryCommandHasHelpWithAnExampleAndStandsInTheDocument(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/publisher.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s has no help or no example", c.CommandPath())
		}
		if !strings.Contains(string(doc), c.CommandPath()) {
			t.Errorf("docs/publisher.md does not mention %s", c.CommandPath())
		}
		w := &world{t: t, url: "nats://127.0.0.1:1"}
		w.run(append(strings.Fields(c.CommandPath())[1:], "--help")...).want(t, cli.Success, "Examples:", c.CommandPath())
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(cli.Root())
}

func TestShellCompletesServicesVerbsAndStates(t *testing.T) {
	t.Parallel()
	w := &world{t: t, url: "nats://127.0.0.1:1"}
	for _, tc := range []struct {
		args []string
		want []string
	}{
		{[]string{"request", "--service", ""}, services()},
		{[]string{"accounts", "add", "--kind", ""}, []string{"authorized", "delegate"}},
		{[]string{"decide", ""}, verbs()},
		{[]string{"list", "--output", ""}, []string{"json", "table"}},
	} {
		r := complete(w, tc.args...)
		var got []string
		for line := range strings.Lines(r.out) {
			if !strings.HasPrefix(line, ":") {
				got = append(got, strings.TrimSpace(line))
			}
		}
		slices.Sort(got)
		slices.Sort(tc.want)
		if !slices.Equal(got, tc.want) {
			t.Errorf("%v: %v, want %v", tc.args, got, tc.want)
		}
	}
	w.run("completion", "bash").want(t, cli.Success, "__complete")
}

func services() (out []string) {
	for _, s := range deprovision.Services() {
		out = append(out, string(s))
	}
	return out
}

func verbs() (out []string) {
	for _, v := range deprovision.Verbs() {
		out = append(out, string(v))
	}
	return out
}
