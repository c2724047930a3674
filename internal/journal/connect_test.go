package journal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

// pretend answers like a server of another version, as far as connecting needs.
func pretend(t *testing.T, version string) string {
	t.Helper()
	l := listen(t)
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = fmt.Fprintf(conn, "INFO {\"server_id\":\"x\",\"version\":%q,\"proto\":1,\"headers\":true,\"jetstream\":true,\"max_payload\":1048576}\r\n", version)
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			if lines.Text() == "PING" {
				_, _ = fmt.Fprint(conn, "PONG\r\n")
			}
		}
	}()
	return "nats://" + l.Addr().String()
}

func TestServerTooOldIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.10.29", "2.14.9", "2.15", "", "unknown"} {
		nc, err := journal.Connect(pretend(t, version), journal.Connection{})
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{"provision": journal.Provision(t.Context(), nc, journal.Options{}), "bind": second(journal.Bind(t.Context(), nc))} {
			var old *journal.TooOld
			if !errors.As(err, &old) || old.Version != version || !strings.Contains(err.Error(), journal.MinServer) || !strings.Contains(err.Error(), "upgrade") {
				t.Errorf("%s with %q: %v", what, version, err)
			}
		}
		nc.Close()
	}
}

func second[T any](_ T, err error) error { return err }

func TestConnectFailsAtOnceWhereNobodyListens(t *testing.T) {
	t.Parallel()
	l := listen(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Connect("nats://"+l.Addr().String(), journal.Connection{}); err == nil {
		t.Error("connected to nobody")
	}
}

func TestConnectRepeatsNoPassword(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	for _, address := range []string{"nats://u:" + password + "@[bad", "nats://u:" + password + "@127.0.0.1:1", "nats://u:%zz" + password + "@127.0.0.1"} {
		if _, err := journal.Connect(address, journal.Connection{}); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%v", err)
		}
	}
}

func TestConnectionTellsItsFate(t *testing.T) {
	t.Parallel()
	h := serve(t)
	var log logBuffer
	nc, err := journal.Connect(h.ClientURL(), journal.Connection{Log: slog.New(slog.NewTextHandler(&log, nil)), InboxPrefix: "_INBOX_worker"})
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if inbox := nc.NewInbox(); !strings.HasPrefix(inbox, "_INBOX_worker.") {
		t.Error(inbox)
	}
	h.restart(t)
	says(t, &log, "connection to NATS is lost")
	says(t, &log, "connected to NATS again")
}

func says(t *testing.T, log *logBuffer, what string) {
	t.Helper()
	eventually(t, "the log says "+what, func(context.Context) bool { return strings.Contains(log.String(), what) })
}
