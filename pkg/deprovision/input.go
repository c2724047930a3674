package deprovision

import (
	"fmt"
	"maps"
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

// The most that a record handed in may list: a footprint has far fewer artifacts, and kinds of them.
const (
	MaxRecorded  = 200 // ids in Recorded
	MaxNameKinds = 50  // kinds in Names
)

// ValidateInput is [Account.Validate] for a record that somebody hands in just now: it also refuses control characters, ids and names that are
// empty, and more of them than there can be artifacts. Records that are stored already are not held to it.
func (a Account) ValidateInput() error {
	if err := firstError(a.Validate(), checkGiven("upn", a.UPN), checkGiven("productId", a.ProductID)); err != nil {
		return err
	}
	switch {
	case len(a.Recorded) > MaxRecorded:
		return &Invalid{Field: "recorded", Value: fmt.Sprintf("%d ids", len(a.Recorded)), Allowed: fmt.Sprintf("at most %d ids", MaxRecorded)}
	case len(a.Names) > MaxNameKinds:
		return &Invalid{Field: "names", Value: fmt.Sprintf("names of %d kinds", len(a.Names)), Allowed: fmt.Sprintf("at most %d kinds", MaxNameKinds)}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Recorded)) {
		if err := firstError(checkSeen("recorded", name), checkSeen("recorded."+clip(name), a.Recorded[name])); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(a.Names)) {
		for i, name := range a.Names[kind] {
			if err := checkSeen(fmt.Sprintf("names.%s[%d]", kind, i), name); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSeen is checkLine for a text that has to hold something.
func checkSeen(field, s string) error {
	if strings.TrimSpace(s) == "" {
		return &Invalid{Field: field, Allowed: "a text that is not empty"}
	}
	return checkLine(field, s)
}

// checkGiven is checkSeen for a text that may be left out.
func checkGiven(field, s string) error {
	if s == "" {
		return nil
	}
	return checkSeen(field, s)
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
