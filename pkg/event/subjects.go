package event

import (
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Family is the second token of a subject: what kind of message it carries.
type Family string

// The families.
const (
	Requests    Family = "request"
	Decisions   Family = "decision"
	Wakes       Family = "wake"
	Events      Family = "event"
	Plans       Family = "plan"
	Evidence    Family = "evidence"
	Accounts    Family = "account"
	Brakes      Family = "brake"
	DeadLetters Family = "deadletter"
)

const root = "deprovision"

// All returns the wildcard for every subject of a family.
func All(f Family) string { return root + "." + string(f) + ".>" }

// Subject returns "deprovision.<family>.<tenant>.<service>.<request>".
func Subject(f Family, ref deprovision.Ref) string {
	return root + "." + string(f) + "." + ref.Tokens()
}

// AccountSubject returns the subject of a service account's record.
func AccountSubject(tenant, account string) string {
	return root + "." + string(Accounts) + "." + tenant + "." + account
}

// BrakeSubject returns the subject of what a tenant's removals have reserved.
func BrakeSubject(tenant string) string { return root + "." + string(Brakes) + "." + tenant }

// DeadLetterSubject returns the subject of the dead letters with one reason, which is made fit to be a token.
func DeadLetterSubject(reason string) string {
	return root + "." + string(DeadLetters) + "." + Token(reason)
}

// WakeAt returns the subject on which the wake-up of the park with this seq is scheduled.
func WakeAt(ref deprovision.Ref, seq uint64) string { return wake(ref, "at", seq) }

// WakeDue returns the subject on which a wake-up that is due arrives.
func WakeDue(ref deprovision.Ref, seq uint64) string { return wake(ref, "due", seq) }

// AllDue is the wildcard for the wake-ups that are due.
const AllDue = root + ".wake.*.*.*.due.*"

func wake(ref deprovision.Ref, state string, seq uint64) string {
	return Subject(Wakes, ref) + "." + state + "." + strconv.FormatUint(seq, 10)
}

// Token turns any text into a subject token: what is not allowed becomes '-', and at most 64 bytes are kept.
func Token(s string) string {
	out := []byte(s)
	if len(out) > 64 {
		out = out[:64]
	}
	for i, c := range out {
		if !deprovision.ValidToken(string(rune(c))) {
			out[i] = '-'
		}
	}
	if len(out) == 0 {
		return "unknown"
	}
	return string(out)
}

// ParseSubject splits a subject that names a request into its family, the request and the tokens that follow.
func ParseSubject(subject string) (Family, deprovision.Ref, []string, error) {
	t := strings.Split(subject, ".")
	if len(t) < 5 || t[0] != root {
		return "", deprovision.Ref{}, nil, &deprovision.Invalid{Field: "subject", Value: clip(subject), Allowed: "deprovision.<family>.<tenant>.<service>.<request>"}
	}
	for _, token := range t[1:] {
		if !deprovision.ValidToken(token) {
			return "", deprovision.Ref{}, nil, &deprovision.Invalid{Field: "subject", Value: clip(subject), Allowed: "tokens of " + deprovision.TokenRule}
		}
	}
	return Family(t[1]), deprovision.Ref{Tenant: t[2], Service: deprovision.Service(t[3]), Request: t[4]}, t[5:], nil
}

// clip makes a text fit to be repeated in an error: short, and nothing that looks like a secret.
func clip(s string) string {
	if deprovision.LooksSecret(s) {
		return ""
	}
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
