package event

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Redacted stands in a dead letter where something shaped like a secret was.
const Redacted = "[redacted]"

// secretSpans are the forms of [deprovision.LooksSecret], each drawn out to the end of the secret.
var secretSpans = []*regexp.Regexp{
	regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`),
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*`),
	regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}=*`),
	regexp.MustCompile(`[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,}`),
	regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{16,}`),
	regexp.MustCompile(`(?i)\b(?:client[_-]?secret|password|passwd|pwd|api[_-]?key)\s*[:=]\s*(?:\\"[^"]*\\"|"[^"]*"|'[^']*'|[^\s"',;&]+)`),
}

// secretMember is a member of a JSON object whose name says that its value is a secret; the value alone is taken out.
var secretMember = regexp.MustCompile(`(?i)("(?:[a-z]*[_-]?)(?:client[_-]?secret|password|passwd|pwd|api[_-]?key)"\s*:\s*")((?:[^"\\]|\\.)+)"`)

// hints are what one of must stand, in lower case, in every text that looks like a secret: the expressions take a second for a payload
// of the largest size. The escape of JSON can hide any of them, and ſ folds to s.
var hints = [][]byte{[]byte("eyj"), []byte("-----begin"), []byte("bearer"), []byte("7q~"), []byte("8q~"), []byte("whsec_"), []byte("secret"),
	[]byte("passw"), []byte("pwd"), []byte("key"), []byte(`\u`), []byte("ſ")}

func hinted(data []byte) bool {
	lower := bytes.ToLower(data)
	return slices.ContainsFunc(hints, func(hint []byte) bool { return bytes.Contains(lower, hint) })
}

// redact takes out what looks like a secret and counts the places. When something is left that looks like one, e.g. behind escapes of
// JSON, all of the text goes.
func redact(data []byte) ([]byte, int) {
	if !hinted(data) {
		return data, 0
	}
	places := 0
	for _, form := range secretSpans {
		data = form.ReplaceAllFunc(data, func([]byte) []byte { places++; return []byte(Redacted) })
	}
	data = secretMember.ReplaceAllFunc(data, func(member []byte) []byte {
		parts := secretMember.FindSubmatch(member)
		if string(parts[2]) == Redacted {
			return member
		}
		places++
		return []byte(string(parts[1]) + Redacted + `"`)
	})
	var value any
	found := deprovision.LooksSecret(string(data))
	if !found && json.Unmarshal(data, &value) == nil {
		_, found = findSecret("", "", value)
	}
	if found {
		return []byte(Redacted), places + 1
	}
	return data, places
}

func redactText(s string) (string, int) {
	out, places := redact([]byte(s))
	return string(out), places
}

// redactHeader returns the header without secrets; the one that came is left as it was.
func redactHeader(h nats.Header) (nats.Header, int) {
	out, places := make(nats.Header, len(h)), 0
	for name, values := range h {
		clean := make([]string, 0, len(values))
		for _, value := range values {
			text, n := redactText(value)
			if n == 0 && value != Redacted && (strings.EqualFold(name, "Authorization") || deprovision.LooksSecret(name+": "+value)) {
				text, n = Redacted, 1
			}
			clean, places = append(clean, text), places+n
		}
		key, n := redactText(name)
		out[key], places = append(out[key], clean...), places+n
	}
	return out, places
}
