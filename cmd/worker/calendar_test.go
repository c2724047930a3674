package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/clock"
)

// calendar is a clock that is off by as much as a file says, so that a test moves the time of a process that runs. It goes behind the time of
// NATS, whose schedules and pauses are then never late for it: what comes too early is put off.
type calendar struct {
	clock.System

	path string
}

func newCalendar(t *testing.T, off time.Duration) *calendar {
	t.Helper()
	c := &calendar{path: filepath.Join(t.TempDir(), "clock")}
	c.set(t, off)
	return c
}

// set changes how far it is off, for whoever looks at it.
func (c *calendar) set(t *testing.T, off time.Duration) {
	t.Helper()
	fresh := c.path + ".new"
	if err := os.WriteFile(fresh, strconv.AppendInt(nil, int64(off), 10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, c.path); err != nil {
		t.Fatal(err)
	}
}

func (c *calendar) off() time.Duration {
	text, err := os.ReadFile(c.path)
	if err != nil {
		return 0 // the test is over
	}
	off, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		panic(err)
	}
	return time.Duration(off)
}

func (c *calendar) Now() time.Time { return c.System.Now().Add(c.off()) }

// time is the environment of a process that goes by the site's clock.
func (s *site) time() []string {
	if s.clock == nil {
		return nil
	}
	return []string{clockEnv + "=" + s.clock.path}
}
