package deprovision

import (
	"regexp"
	"strings"
)

// secretForm is a shape that hardly anything but a secret has. No text without one of the signs has it: most texts are told by that alone.
type secretForm struct {
	signs string // characters, of which a text has at least one, or
	sign  string // a piece that a text has
	shape *regexp.Regexp
}

// secretForms is short on purpose: a false alarm refuses a removal.
var secretForms = []secretForm{
	{sign: "eyJ", shape: regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.`)},                             // a JSON Web Token (RFC 7519)
	{sign: "PRIVATE KEY", shape: regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},                              // PEM (RFC 7468)
	{signs: ":=", shape: regexp.MustCompile(`(?i)\b(?:client[_-]?secret|password|passwd|pwd|api[_-]?key)\s*[:=]\s*\S`)}, // name and value
	{signs: " \t\n\r\f\v", shape: regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}`)},                          // an Authorization header (RFC 6750)
	{sign: "Q~", shape: regexp.MustCompile(`\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}`)},                         // an Entra client secret
	{sign: "whsec_", shape: regexp.MustCompile(`\bwhsec_[A-Za-z0-9+/=]{16,}`)},                                          // a webhook signing secret
}

// LooksSecret reports whether s contains something shaped like a secret: a token, a private key, a password with its name.
func LooksSecret(s string) bool {
	for _, form := range secretForms {
		if signed := strings.Contains(s, form.sign) && (form.signs == "" || strings.ContainsAny(s, form.signs)); signed && form.shape.MatchString(s) {
			return true
		}
	}
	return false
}
