package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func unmarshal(body []byte, into any) error {
	// Invalid UTF-8 would be replaced in silence, and the digest of the body with it.
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' || !utf8.Valid(body) {
		return notJSON()
	}
	return jsonError(json.Unmarshal(body, into))
}

func notJSON() error {
	return &deprovision.Invalid{Field: "json", Allowed: "one JSON object in UTF-8 (RFC 8259)"}
}

func jsonError(err error) error {
	var invalid *deprovision.Invalid
	wrong := deprovision.WrongType(err)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return invalid
	case wrong != nil:
		return wrong
	}
	return notJSON()
}
