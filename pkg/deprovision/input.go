package deprovision

import (
	"slices"
	"strings"
	"unicode"
)

// ValidateInput is [Request.Validate] for a request that somebody hands in just now: it also refuses what no text of a person's has. Messages that
// are stored already are not held to it.
func (r Request) ValidateInput() error {
	return firstError(r.Validate(), checkLine("requestedBy", r.RequestedBy), checkLines("reason", r.Reason))
}

// ValidateInput is [Decision.Validate] for a decision that somebody hands in just now: it also refuses members that mean nothing to its verb,
// since whoever gives them expects something of them, and what no text of a person's has. Messages that are stored already are not held to it.
func (d Decision) ValidateInput() error {
	return firstError(d.Validate(), checkLine("decidedBy", d.DecidedBy), checkLines("reason", d.Reason), d.checkMembers())
}

// checkMembers refuses members that are for other verbs.
func (d Decision) checkMembers() error {
	for _, member := range []struct {
		field string
		given bool
		value string
		of    []Verb
	}{
		{"planDigest", d.PlanDigest != "", d.PlanDigest, []Verb{Confirm, Approve}},
		{"acknowledged", len(d.Acknowledged) > 0, strings.Join(d.Acknowledged, ", "), []Verb{Confirm}},
		{"names", len(d.Names) > 0, strings.Join(d.Names, ", "), []Verb{Approve}},
		{"credentialRef", d.CredentialRef != "", d.CredentialRef, []Verb{Credentials}},
	} {
		if !member.given || slices.Contains(member.of, d.Verb) {
			continue
		}
		verbs := make([]string, len(member.of))
		for i, v := range member.of {
			verbs[i] = string(v)
		}
		return &Invalid{Field: member.field, Value: clip(member.value), Allowed: "nothing with " + string(d.Verb) + "; it is for " + strings.Join(verbs, " and ")}
	}
	return nil
}

// checkLine refuses control characters: they drive terminals, and hide what a log says.
func checkLine(field, s string) error {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return &Invalid{Field: field, Allowed: "one line of text, without control characters"}
	}
	return nil
}

// checkLines is checkLine for a text of several lines.
func checkLines(field, s string) error {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return &Invalid{Field: field, Allowed: "text without control characters but for line feeds and tabs"}
	}
	return nil
}
