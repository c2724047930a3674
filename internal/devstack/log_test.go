package devstack

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestTheLogGetsComplaintsAndTheFirstReasonToFailIsKept(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := newServerLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	l.Noticef("ready")
	l.Warnf("disk at %d%%", 91)
	l.Errorf("lost %s", "a file")
	l.Fatalf("port %d is taken", 1)
	l.Fatalf("and again")
	l.Tracef("every %s", "message")
	l.Debugf("details")
	for _, want := range []string{
		`level=DEBUG msg="the NATS server says" text=ready`, `level=WARN msg="the NATS server says" text="disk at 91%"`, `text="lost a file"`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "message") || strings.Contains(out.String(), "details") {
		t.Errorf("traces in\n%s", out.String())
	}
	if why := <-l.fatal; why != "port 1 is taken" {
		t.Errorf("kept %q", why)
	}
}
