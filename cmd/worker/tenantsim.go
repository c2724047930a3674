package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func tenantsimCommand() *cobra.Command {
	var listen, file string
	c := &cobra.Command{
		Use:   "tenantsim",
		Short: "Serve a simulated Microsoft 365 tenant on loopback",
		Long: `Serve a simulated Microsoft 365 tenant on loopback: token endpoint, Graph, Exchange admin API and the product's hook.

deploy/worker-simulated.yaml is a worker's configuration for it. What it was asked, and what it holds, tells GET /_sim/calls and
GET /_sim/changes; faults are injected at /_sim/faults.`,
		Example: "  worker tenantsim --listen 127.0.0.1:8090",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			fixture := tenantsim.InlineTenant()
			if file != "" {
				var err error
				if fixture, err = tenantsim.LoadFixture(file); err != nil {
					return usage{err}
				}
			}
			sim, err := devstack.StartTenant(c.Context(), listen, fixture, tenantsim.Options{})
			if err != nil {
				return err
			}
			defer sim.Close()
			_, err = fmt.Fprintf(c.OutOrStdout(), "the tenant %s (%s) answers at %s\n", fixture.Tenant.DisplayName, fixture.Tenant.ID, sim.BaseURL())
			<-c.Context().Done()
			return err
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8090", "host:port on loopback")
	c.Flags().StringVar(&file, "fixture", "", "YAML file of a tenant; empty: one with everything that inline mode leaves")
	return c
}
