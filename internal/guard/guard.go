package guard

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Candidate is an object that might be removed.
type Candidate struct {
	Kind    deprovision.ArtifactKind
	ID      string          // the tenant's own id, by which it would be removed
	Name    string          // for a person
	Created *time.Time      // as the reader understood it; nil where it found none
	Raw     json.RawMessage // the object as it was read
	App     *App            // for a service principal and for what hangs on one
	Entry   *Entry          // for an entry of a list that the customer shares
	User    *User           // for a user and for what hangs on one
	Host    *string         // for what calls an address; empty where it can't be read
}

// Bounds are what a request may touch at most.
type Bounds struct {
	Acting string    // App Id that the worker runs as
	Since  time.Time // when the request came
}

// Refuse returns the first guard's [*Refusal], or nil when the object may go.
func Refuse(c Candidate, b Bounds) error {
	for _, err := range []error{c.readable(), c.old(b.Since), c.foreignApp(b.Acting), c.knownEntry(), c.foreignUser(), c.foreignHost()} {
		if err != nil {
			return err
		}
	}
	return nil
}

// readable refuses what has no id to be removed by, or no before-state to be restored from.
func (c Candidate) readable() error {
	var object map[string]json.RawMessage
	switch {
	case c.Kind == "" || strings.TrimSpace(c.ID) == "":
		return c.refuse(Unreadable, "it has no id by which it could be removed")
	case strings.ContainsFunc(c.ID, unicode.IsControl):
		return c.refuse(Unreadable, "its id holds control characters")
	case json.Unmarshal(c.Raw, &object) != nil || object == nil:
		return c.refuse(Unreadable, "it can't be read: it is no JSON object")
	}
	return nil
}

// old refuses what was created after the request came: the request can't have meant it.
func (c Candidate) old(since time.Time) error {
	created, err := c.created()
	switch {
	case err != nil:
		return c.refuse(Unreadable, "its creation time can't be read: %v", err)
	case created != nil && created.After(since):
		return c.refuse(TooYoung, "it was created at %s, after the request", created.UTC().Format(time.RFC3339))
	}
	return nil
}

// created returns the latest creation time that the reader or the object itself names; nil when neither does.
func (c Candidate) created() (*time.Time, error) {
	var dates map[string]json.RawMessage
	if err := json.Unmarshal(c.Raw, &dates); err != nil {
		return nil, errors.New("the object is no JSON object")
	}
	latest := c.Created
	for key, raw := range dates {
		if !carriesCreation(key) || string(raw) == "null" {
			continue
		}
		var at time.Time // RFC 3339: a time without its zone could be half a day off
		if err := json.Unmarshal(raw, &at); err != nil {
			return nil, errors.New("it is no time with a zone")
		}
		if latest == nil || at.After(*latest) {
			latest = &at
		}
	}
	return latest, nil
}

// carriesCreation reports whether a property is a creation time, of Exchange or of the directory.
func carriesCreation(key string) bool {
	for _, k := range []string{"WhenCreated", "WhenCreatedUTC", "createdDateTime", "Created"} {
		if strings.EqualFold(key, k) {
			return true
		}
	}
	return false
}
