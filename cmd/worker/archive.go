package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func archiveCommand() *cobra.Command {
	var s settings
	var dir string
	r := journal.Retention{}
	c := &cobra.Command{
		Use:   "archive",
		Short: "Move the journals of requests that ended long ago into files; their ends stay",
		Long: `Move the journals of requests that ended long ago into files. The events, with all evidence, are written to
<keep>/<tenant>/<service>/<request>.jsonl, one event a line, before they are purged. The last event stays as a tombstone, so that the same
request is not carried out again. A run may be broken off and repeated. It needs a user who may purge: see docs/streams.md.`,
		Example: "  worker archive --config deploy/worker.yaml --keep /var/lib/deprovisioner/archive --after 2160h",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return usage{&deprovision.Invalid{Field: "--keep", Allowed: "the directory that keeps the events and their evidence for good"}}
			}
			if r.Journal < 0 || r.Tombstones < 0 {
				return usage{&deprovision.Invalid{Field: "--after", Allowed: "0s or more, as --tombstones"}}
			}
			r.Keep = files(dir).keep
			return s.archive(c, r)
		},
	}
	s.register(c)
	f := c.Flags()
	f.StringVar(&dir, "keep", "", "directory that keeps the events")
	f.DurationVar(&r.Journal, "after", 90*24*time.Hour, "how long all events of a request stay after its end")
	f.DurationVar(&r.Tombstones, "tombstones", journal.Tombstones, "how long its end stays, and its plan")
	return c
}

func (s *settings) archive(c *cobra.Command, r journal.Retention) error {
	cfg, log, err := s.load()
	if err != nil {
		return err
	}
	nc, err := dial(cfg, log)
	if err != nil {
		return hint(err, cfg)
	}
	defer nc.Close()
	j, err := journal.Bind(c.Context(), nc)
	if err != nil {
		return err
	}
	done, err := j.Archive(c.Context(), r)
	_, said := fmt.Fprintf(c.OutOrStdout(), "%d journals archived, %d ends gone, %d events purged\n", done.Journals, done.Tombstones, done.Events)
	return errors.Join(err, said)
}

// files keeps the events of each request in a file below a directory.
type files string

// keep writes all events of a request; a file of an earlier run, which purged nothing, is replaced.
func (f files) keep(_ context.Context, ref deprovision.Ref, events []engine.Entry) error {
	dir := filepath.Join(string(f), ref.Tenant, string(ref.Service))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	whole := filepath.Join(dir, ref.Request+".jsonl")
	out, err := os.CreateTemp(dir, ref.Request+".*.part")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(out.Name()) }() // gone already when all went well
	lines := json.NewEncoder(out)
	for _, e := range events {
		line := struct {
			Revision uint64 `json:"revision"` // in the stream
			deprovision.Event
		}{e.Revision, e.Event}
		if err := lines.Encode(line); err != nil {
			return errors.Join(err, out.Close())
		}
	}
	if err := errors.Join(out.Sync(), out.Close()); err != nil { // it is purged after this
		return err
	}
	if err := os.Rename(out.Name(), whole); err != nil {
		return err
	}
	return settle(dir)
}

// settle makes sure that a directory still has its files after a loss of power.
func settle(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
