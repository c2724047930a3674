package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/web"
)

func runCommand() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:   "run",
		Short: "Take removal requests and carry them out",
		Example: `  worker provision --nats nats://127.0.0.1:4222
  worker run --config deploy/worker.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, log, err := s.load()
			if err != nil {
				return err
			}
			if len(cfg.Tenants) == 0 {
				return usage{fmt.Errorf("no tenant is configured: name a file with --config; deploy/worker.yaml shows the form")}
			}
			if err := secretsAreThere(cfg); err != nil {
				return usage{err}
			}
			w, err := assemble(c.Context(), cfg, log)
			if err != nil {
				return err
			}
			defer w.close()
			return w.run(c.Context())
		},
	}
	s.register(c)
	return c
}

func provisionCommand() *cobra.Command {
	var s settings
	var replicas int
	c := &cobra.Command{
		Use:     "provision",
		Short:   "Create or update the streams and consumers; may be repeated",
		Example: "  worker provision --nats nats://127.0.0.1:4222 --replicas 3",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, log, err := s.load()
			if err != nil {
				return err
			}
			nc, err := dial(cfg, log)
			if err != nil {
				return hint(err, cfg)
			}
			defer nc.Close()
			ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
			defer cancel()
			if err := journal.Provision(ctx, nc, journal.Options{Replicas: replicas}); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "the streams are there")
			return err
		},
	}
	s.register(c)
	c.Flags().IntVar(&replicas, "replicas", 1, "copies of every stream: 1, 3 or 5")
	return c
}

func rebuildCommand() *cobra.Command {
	var s settings
	var lost bool
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "Build the picture in Redis anew from the journal, or a lost journal from the picture",
		Long: `Build the picture in Redis anew from the journal. With --journal, the other way: where NATS lost the journal and "worker provision" has made
it anew, the last known state of every request is given back from the picture. What was open waits at the stop "recovered" until somebody
has looked. Stop all workers first, or they draw the picture anew from the empty journal. Evidence and plans do not come back.`,
		Example: "  worker rebuild --config deploy/worker.yaml\n  worker rebuild --config deploy/worker.yaml --journal",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, log, err := s.load()
			if err != nil {
				return err
			}
			w, err := assemble(c.Context(), cfg, log)
			if err != nil {
				return err
			}
			defer w.close()
			if lost {
				given, err := w.republish(c.Context())
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%d requests were given back to the journal\n", given); err != nil {
					return err
				}
			}
			n, err := w.rebuild(c.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "the picture shows %d requests\n", n)
			return err
		},
	}
	s.register(c)
	c.Flags().BoolVar(&lost, "journal", false, "first give a journal that was lost back what the picture knows")
	return c
}

func healthcheckCommand() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:     "healthcheck",
		Short:   "Ask a running worker whether it is ready; exit code 0 says yes",
		Example: "  worker healthcheck\n  worker healthcheck --config deploy/worker.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := s.load()
			if err != nil {
				return err
			}
			return ready(c.Context(), cfg.HTTP.Listen)
		},
	}
	s.register(c)
	return c
}

// ready asks the worker that serves on this address.
func ready(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return usage{fmt.Errorf("http.listen: %w", err)}
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("no worker answers: %w", err)
	}
	defer resp.Body.Close()
	var body web.Ready
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		return fmt.Errorf("what answers at %s is no worker: %w", listen, err)
	}
	for name, check := range body.Checks {
		if !check.OK && !check.Degraded {
			return fmt.Errorf("not ready: %s: %s", name, check.Error)
		}
	}
	if !body.Ready {
		return fmt.Errorf("not ready")
	}
	return nil
}
