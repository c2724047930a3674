package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
)

func TestKeyboardReadsLinesAsTerminalsSendThem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ typed, line, echo string }{
		{"yes\n", "yes", "yes\n"},
		{"yes\r", "yes", "yes\n"},
		{"yes", "yes", "yes\n"}, // and the end of the input
		{"\n", "", "\n"},
		{"yex\x7fs\n", "yes", "yex\b \bs\n"},
		{"ä規\x08\x08b\n", "b", "ä規" + strings.Repeat("\b \b", 3) + "b\n"},
		{"no way\x15yes\n", "yes", "no way" + strings.Repeat("\b \b", 6) + "yes\n"},
		{"y\x1b[A\x1b[1;5Ces\x1bOP\n", "yes", "yes\n"}, // arrows and keys of functions
		{"y\x01\x02es\x04\n", "yes", "yes\n"},
		{"\u009b31my\n", "\u009b31my", "31my\n"},
		{"\xff\xfe\n", "\xff\xfe", "\ufffd\ufffd\n"},
	} {
		var echo bytes.Buffer
		line, err := cli.Typed(t.Context(), strings.NewReader(tc.typed), &echo)
		if line != tc.line || err != nil || echo.String() != tc.echo {
			t.Errorf("%q: %q, %v, echoed as %q", tc.typed, line, err, echo.String())
		}
	}
	for _, typed := range []string{"", "\x04"} {
		if _, err := cli.Typed(t.Context(), strings.NewReader(typed), nil); !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cli.Typed(ctx, strings.NewReader("yes\n"), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzKeyboardEchoesNothingThatDrivesTheTerminal(f *testing.F) {
	for _, seed := range []string{"yes\n", "\x1b[2J\n", "a\xc2\x9b31m\x7f\x7f\n", "\x1b", "規\x7f", "\xe8\xa6"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, typed []byte) {
		var echo bytes.Buffer
		_, _ = cli.Typed(t.Context(), bytes.NewReader(typed), &echo)
		for _, r := range echo.String() {
			if r != '\n' && r != '\b' && (r < ' ' || r >= 0x7f && r < 0xa0) {
				t.Fatalf("%q echoes %q", typed, echo.String())
			}
		}
	})
}

func TestStreamsThatAreNoTerminalsAreNeitherDrawnOnNorAsked(t *testing.T) {
	t.Parallel()
	got := cli.LookAtTerminal(strings.NewReader(""), io.Discard, func(string) string { return "" })
	if columns, rows := got.Size(); got.Asks || got.Draws || got.Colour || columns != 80 || rows != 24 {
		t.Errorf("%+v", got)
	}
}
