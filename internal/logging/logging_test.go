package logging_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/logging"
)

func TestNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log, err := logging.New(&out, "info", format)
			if err != nil {
				t.Fatal(err)
			}
			log = log.With("password", "hunter22").WithGroup("call")
			log.Info("password=hunter22", "Authorization", "hunter22", "err", errors.New("client_secret: hunter22"),
				"headers", map[string]string{"x": "pwd=hunter22"}, slog.Group("accessToken", "value", "hunter22"), "tenant", "contoso")
			if s := out.String(); strings.Contains(s, "hunter22") || !strings.Contains(s, "contoso") {
				t.Error(s)
			}
		})
	}
}

func TestUnknownLevelAndFormatAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := logging.New(nil, "loud", "text"); err == nil {
		t.Error("level loud was taken")
	}
	if _, err := logging.New(nil, "info", "xml"); err == nil {
		t.Error("format xml was taken")
	}
}
