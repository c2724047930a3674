package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// footprints are the products that this worker knows: those that come with it, and those that the configuration names.
func footprints(cfg config.Config) (footprint.Catalog, error) {
	known, err := footprint.Embedded()
	if err != nil {
		return nil, err
	}
	if err := known.AddFiles(cfg.Footprints...); err != nil {
		return nil, usage{fmt.Errorf("configuration: footprints: %w", err)}
	}
	return known, nil
}

func footprintCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "footprint",
		Short:   "Look at files that describe what a product leaves in a tenant",
		Example: "  worker footprint check mail-guard.yaml",
		Args:    cobra.NoArgs,
	}
	c.AddCommand(footprintCheckCommand())
	return c
}

func footprintCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Validate footprints as a worker would, and print their services, steps and kinds",
		Long: `Validate footprints as a worker would at its start, without any server, and print what they describe. Every mistake is named by the path of its
field; the exit code is then 2. docs/footprints.md explains every key.`,
		Example: "  worker footprint check mail-guard.yaml",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usage{&deprovision.Invalid{Field: "FILE", Allowed: "at least one footprint"}}
			}
			known := footprint.Catalog{}
			if err := known.AddFiles(files...); err != nil {
				return usage{err}
			}
			for _, product := range known.Products() {
				if err := describe(c.OutOrStdout(), known[product]); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// describe prints a footprint: a line for each step with the kinds that it removes, or with what happens instead.
func describe(out io.Writer, f *footprint.Footprint) error {
	sites := strings.Join(slices.Sorted(maps.Keys(f.Sites)), ", ")
	if sites == "" {
		sites = "none"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s); sites: %s\n", f.Product, f.Name, sites)
	for _, id := range slices.Sorted(maps.Keys(f.Services)) {
		s := f.Services[id]
		fmt.Fprintf(&b, "%s\t%s\n", id, s.Title)
		for _, name := range s.Steps {
			fmt.Fprintf(&b, "  %s\t%s\n", name, strings.Join(does(s, name), ", "))
		}
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(t, b.String()); err != nil {
		return err
	}
	return t.Flush()
}

// does tells what happens at a step of a service.
func does(s *footprint.Service, name string) []string {
	var out []string
	switch name {
	case step.Drain:
		out = append(out, "waits "+s.Drain.String())
	case step.Announce:
		out = append(out, "tells who uses what stops")
	}
	for _, m := range s.Manual {
		if m.Step == name {
			out = append(out, "by hand: "+m.Name)
		}
	}
	for _, e := range s.Entries(name) {
		out = append(out, string(e.Kind))
	}
	return out
}
