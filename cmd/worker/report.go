package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// report prints what a removal removed, what remains and where the evidence lies, and writes the evidence there.
func report(ctx context.Context, c *client.Client, out io.Writer, p deprovision.Progress, dir string) error {
	if p.Seq == 0 {
		return nil // it never began; the error says why
	}
	var evidence []deprovision.Evidence
	for e, err := range c.Evidence(ctx, p.Request.Ref()) {
		if err != nil {
			return fmt.Errorf("read the evidence: %w", err)
		}
		evidence = append(evidence, e)
	}
	path := filepath.Join(dir, "evidence-"+p.Request.Tenant+".json")
	body, err := json.MarshalIndent(evidence, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	var errs []error
	line := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		errs = append(errs, err)
	}
	line("\n%s: %s (%s)", p.Request.Tenant, p.Status, p.Detail)
	for _, e := range evidence {
		line("  %s\t%s\t%s\t%s", e.Outcome, e.Artifact.Kind, e.Artifact.Name, e.Call)
	}
	line("  left for a person:")
	for _, r := range p.Remainder {
		line("    %s\n      %s", r.Name, r.Instructions)
	}
	for _, name := range p.InDoubt {
		line("    in doubt: %s", name)
	}
	line("  evidence, with the command that would restore each: %s", path)
	return errors.Join(append(errs, w.Flush())...)
}
