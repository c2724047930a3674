// Package logging makes the worker's logger: log/slog, as text or JSON, with everything redacted that must not be in a log.
// Redacted is a value whose key names a secret (token, password, …) and every text shaped like one.
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// New returns a logger that writes to w. Level is debug, info, warn or error; format is text or json.
func New(w io.Writer, level, format string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, &deprovision.Invalid{Field: "log.level", Value: level, Allowed: "one of debug, info, warn, error"}
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: redact}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, &deprovision.Invalid{Field: "log.format", Value: format, Allowed: "one of text, json"}
}

func redact(groups []string, a slog.Attr) slog.Attr {
	if slices.ContainsFunc(append(slices.Clip(groups), a.Key), names) {
		return slog.String(a.Key, Redacted)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return clean(a, a.Value.String())
	case slog.KindAny:
		return clean(a, fmt.Sprintf("%+v", a.Value.Any()))
	}
	return a
}

// names reports whether a key names a secret; a reference (secretEnv, secretFile, credentialRef) is none.
func names(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"token", "secret", "password", "authorization"} {
		if strings.HasSuffix(key, word) {
			return true
		}
	}
	return false
}

func clean(a slog.Attr, text string) slog.Attr {
	if deprovision.LooksSecret(text) {
		return slog.String(a.Key, Redacted)
	}
	return a
}
