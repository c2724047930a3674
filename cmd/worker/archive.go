package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func archiveCommand() *cobra.Command {
	var s settings
	var dir string
	r := journal.Retention{}
	c := &cobra.Command{
		Use:   "archive",
		Short: "Move the journals of requests that ended long ago into files; their ends stay",
		Long: `Move the journals of requests that ended long ago into files. The events, with all evidence, are written to
<keep>/<tenant>/<service>/<request>.jsonl before they are purged: the bundle that "publisher evidence get" makes and "publisher evidence verify" checks. The
last event stays as a tombstone, so that the same request is not carried out again, and with it the seal of the bundle. A run may be broken off and
repeated. It needs a user who may purge: see docs/streams.md.`,
		Example: "  worker archive --config deploy/worker.yaml --keep /var/lib/deprovisioner/archive --after 2160h",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return usage{&deprovision.Invalid{Field: "--keep", Allowed: "the directory that keeps the events and their evidence for good"}}
			}
			if r.Journal < 0 || r.Tombstones < 0 {
				return usage{&deprovision.Invalid{Field: "--after", Allowed: "0s or more, as --tombstones"}}
			}
			return s.archive(c, r, dir)
		},
	}
	s.register(c)
	f := c.Flags()
	f.StringVar(&dir, "keep", "", "directory that keeps the events")
	f.DurationVar(&r.Journal, "after", 90*24*time.Hour, "how long all events of a request stay after its end")
	f.DurationVar(&r.Tombstones, "tombstones", journal.Tombstones, "how long its end stays, and its plan")
	return c
}

func (s *settings) archive(c *cobra.Command, r journal.Retention, dir string) error {
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
	reader, err := client.New(nc, client.Options{})
	if err != nil {
		return err
	}
	r.Keep = files{dir, reader, log}.keep
	done, err := j.Archive(c.Context(), r)
	_, said := fmt.Fprintf(c.OutOrStdout(), "%d journals archived, %d ends gone, %d events purged\n", done.Journals, done.Tombstones, done.Events)
	return errors.Join(err, said)
}

// files keeps the events of each request in a file below a directory.
type files struct {
	dir    string
	client *client.Client
	log    *slog.Logger
}

// keep writes the bundle of a request; a file of an earlier run, which purged nothing, is replaced. What was appended to the end of a request that was
// archived before goes into a file of its own.
func (f files) keep(ctx context.Context, ref deprovision.Ref, last uint64) error {
	dir := filepath.Join(f.dir, ref.Tenant, string(ref.Service))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	out, err := os.CreateTemp(dir, ref.Request+".*.part")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(out.Name()) }() // gone already when all went well
	sum, err := evidence.Collect(ctx, f.client, ref, out, evidence.Options{By: "worker archive " + version(), Rest: true})
	if err == nil && sum.Revision < last {
		err = fmt.Errorf("the events were read up to %d only, not up to %d: try again", sum.Revision, last)
	}
	if err == nil {
		err = f.verify(ref, out)
	}
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil { // it is purged after this
		return err
	}
	name := ref.Request + ".jsonl"
	if sum.After > 0 {
		name = fmt.Sprintf("%s.from-%d.jsonl", ref.Request, sum.After+1)
	}
	if err := os.Rename(out.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return settle(dir)
}

// verify reads what was written. A journal that is broken is kept as it is, and told of: in the stream it would be no better.
func (f files) verify(ref deprovision.Ref, out *os.File) error {
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := evidence.Verify(out, evidence.Check{})
	if broken, ok := errors.AsType[*evidence.BrokenError](err); ok {
		f.log.Warn("the evidence of a request is broken; it is kept as it is", "request", ref.Tokens(), "why", broken.Error())
		return nil
	}
	return err
}

// settle makes sure that a directory still has its files after a loss of power.
func settle(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
