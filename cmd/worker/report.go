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

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// reporter tells how removals ended.
type reporter struct {
	client *client.Client
	out    io.Writer
	dir    string
	told   map[string]bool // what is left, and was told about before
}

// report prints what a removal removed, what remains and where the evidence lies, and writes the evidence there.
func (r reporter) report(ctx context.Context, p deprovision.Progress) error {
	if p.Seq == 0 {
		return nil // it never began; the error says why
	}
	var evidence []deprovision.Evidence
	for e, err := range r.client.Evidence(ctx, p.Request.Ref()) {
		if err != nil {
			return fmt.Errorf("read the evidence: %w", err)
		}
		evidence = append(evidence, e)
	}
	path := filepath.Join(r.dir, "evidence-"+p.Request.Tenant+"-"+p.Request.Account+".json")
	body, err := json.MarshalIndent(evidence, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		return err
	}
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	var errs []error
	line := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		errs = append(errs, err)
	}
	line("\n%s: %s (%s)", label(p), p.Status, p.Detail)
	for _, g := range grouped(evidence) {
		line("  %s\t%d\t%s\t%s", g.outcome, g.count, g.kind, g.call)
	}
	for _, left := range p.Remainder {
		if r.told[left.Name] {
			continue
		}
		r.told[left.Name] = true
		line("  left for a person: %s\n    %s", left.Name, left.Instructions)
	}
	for _, name := range p.InDoubt {
		line("  in doubt: %s", name)
	}
	line("  evidence, with the command that would restore each: %s", path)
	return errors.Join(append(errs, w.Flush())...)
}

// group is artifacts of one kind that went the same way.
type group struct {
	outcome deprovision.Outcome
	kind    deprovision.ArtifactKind
	call    string
	count   int
}

// grouped counts evidence, in its order.
func grouped(evidence []deprovision.Evidence) []*group {
	var out []*group
	at := map[string]*group{}
	for _, e := range evidence {
		key := string(e.Outcome) + " " + string(e.Artifact.Kind)
		if at[key] == nil {
			at[key] = &group{outcome: e.Outcome, kind: e.Artifact.Kind, call: e.Call}
			out = append(out, at[key])
		}
		at[key].count++
	}
	return out
}

// audit prints what the tenant itself has seen, and fails when that is not what was to be done.
func audit(sim *tenantsim.Sim, out io.Writer) error {
	a, err := sim.AuditFull(tenantsim.InlineTenantID)
	if err != nil {
		return err
	}
	if !a.Clean() {
		return fmt.Errorf("the tenant's own log: still there %q; touched %q; called about more than once %q", a.Left, a.Touched, a.Repeated)
	}
	const text = "\nThe tenant's own log: %d objects of the product are gone, the other %d are as they were, and no call that removes was made twice.\n"
	_, err = fmt.Fprintf(out, text, a.Gone, a.Kept)
	return err
}
