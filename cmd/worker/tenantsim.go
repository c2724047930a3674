package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// simulation is what `worker tenantsim` is told.
type simulation struct {
	listen, fixture string
	tls, proxy      string
}

func tenantsimCommand() *cobra.Command {
	var s simulation
	c := &cobra.Command{
		Use:   "tenantsim",
		Short: "Serve a simulated Microsoft 365 tenant on loopback",
		Long: `Serve a simulated Microsoft 365 tenant on loopback: token endpoint, Graph, Exchange admin API, SharePoint and the product's hook.

deploy/worker-simulated.yaml is a worker's configuration for it. What it was asked, and what it holds, tells GET /_sim/calls and
GET /_sim/changes; faults are injected at /_sim/faults. With --tls and --proxy a client that knows only Microsoft's host names can be
led to it, by HTTPS_PROXY and the certificate in the directory of --tls. docs/simulated-tenant.md tells the rest.`,
		Example: "  worker tenantsim --listen 127.0.0.1:8090\n  worker tenantsim --tls /tmp/sim --proxy 127.0.0.1:8091",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return s.serve(c.Context(), c.OutOrStdout()) },
	}
	c.Flags().StringVar(&s.listen, "listen", "127.0.0.1:8090", "host:port on loopback")
	c.Flags().StringVar(&s.fixture, "fixture", "", "YAML file of a tenant, or hostile; empty: one with everything that all six services leave")
	c.Flags().StringVar(&s.tls, "tls", "", "serve https, and write the certificate to trust to ca.pem in this directory")
	c.Flags().StringVar(&s.proxy, "proxy", "", "host:port on loopback of a proxy that leads Microsoft's host names here; needs --tls")
	return c
}

// serve runs the simulator until the context ends.
func (s simulation) serve(ctx context.Context, out io.Writer) error {
	if s.proxy != "" && s.tls == "" {
		return usage{errors.New("--proxy needs --tls: who goes through a proxy to Microsoft's names asks for https")}
	}
	fixture, err := fixtureOf(cmp.Or(s.fixture, fullFixture))
	if err != nil {
		return err
	}
	sim, err := devstack.StartTenant(ctx, s.listen, fixture, tenantsim.Options{TLS: s.tls != "",
		Behaviour: tenantsim.Behaviour{SecretsForSharePoint: true}}) // over plain http on loopback alone
	if err != nil {
		return err
	}
	defer sim.Close()
	if _, err := fmt.Fprintf(out, "the tenant %q (%s) answers at %s\n", fixture.Tenant.DisplayName, fixture.Tenant.ID, sim.BaseURL()); err != nil {
		return err
	}
	if err := s.lead(ctx, sim, out); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// lead writes the certificate and starts the proxy, where they are asked for, and says how a client finds them.
func (s simulation) lead(ctx context.Context, sim *tenantsim.Sim, out io.Writer) error {
	if s.tls == "" {
		return nil
	}
	ca, err := sim.WriteCA(s.tls)
	if err != nil {
		return usage{fmt.Errorf("--tls %s: %w", s.tls, err)}
	}
	if _, err := fmt.Fprintf(out, "its certificate is in %s\n", ca); err != nil || s.proxy == "" {
		return err
	}
	proxy, err := sim.StartProxy(ctx, s.proxy)
	if err != nil {
		return usage{fmt.Errorf("--proxy %s: %w", s.proxy, err)}
	}
	_, err = fmt.Fprintf(out, "Microsoft's host names lead to it with HTTPS_PROXY=%s SSL_CERT_FILE=%s\n", proxy, ca)
	return err
}
