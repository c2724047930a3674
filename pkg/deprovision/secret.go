package deprovision

import "regexp"

// secretForms are shapes that hardly anything but a secret has. The list is short on purpose: a false alarm refuses a removal.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.`),                             // a JSON Web Token (RFC 7519)
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),                                      // PEM (RFC 7468)
	regexp.MustCompile(`(?i)\b(?:client[_-]?secret|password|passwd|pwd|api[_-]?key)\s*[:=]\s*\S`), // name and value
	regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}`),                                   // an Authorization header (RFC 6750)
	regexp.MustCompile(`\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}`),                        // an Entra client secret
	regexp.MustCompile(`\bwhsec_[A-Za-z0-9+/=]{16,}`),                                             // a webhook signing secret
}

// LooksSecret reports whether s contains something shaped like a secret: a token, a private key, a password with its name.
func LooksSecret(s string) bool {
	for _, form := range secretForms {
		if form.MatchString(s) {
			return true
		}
	}
	return false
}
