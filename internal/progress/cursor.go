package progress

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// startedForm has the same length for every time, so that text sorts as time does.
const startedForm = "2006-01-02T15:04:05.000000Z"

// memberOf is a request's place in the sorted sets: when it started, and its tokens.
func memberOf(p deprovision.Progress) string {
	return p.Started.UTC().Format(startedForm) + " " + p.Request.Ref().Tokens()
}

// cursorOf makes the cursor of the page that follows this member. It is opaque to those who use it.
func cursorOf(member string) string { return base64.RawURLEncoding.EncodeToString([]byte(member)) }

func decodeCursor(cursor string) (member string, err error) {
	invalid := &deprovision.Invalid{Field: "after", Allowed: "the cursor that came with the page before"}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return "", invalid
	}
	started, tokens, _ := strings.Cut(string(raw), " ")
	if at, err := time.Parse(startedForm, started); err != nil || at.Format(startedForm) != started {
		return "", invalid
	}
	parts := strings.Split(tokens, ".")
	if len(parts) != 3 {
		return "", invalid
	}
	ref := deprovision.Ref{Tenant: parts[0], Service: deprovision.Service(parts[1]), Request: parts[2]}
	if ref.Validate() != nil {
		return "", invalid
	}
	return string(raw), nil
}
