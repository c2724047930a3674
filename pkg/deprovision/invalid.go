package deprovision

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Invalid says that one field of an input holds something that is not allowed. It is what every Validate returns.
type Invalid struct {
	Field   string // JSON path of the field, e.g. "options.drain"
	Value   string // what it held; empty where repeating it could repeat a secret
	Allowed string // what is allowed, in words or as a list
}

// Error names the field, its value and what is allowed.
func (e *Invalid) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s is missing or not allowed: %s", e.Field, e.Allowed)
	}
	return fmt.Sprintf("%s %q is not allowed: %s", e.Field, e.Value, e.Allowed)
}

// WrongType returns, for an error of decoding JSON that says that a member holds a value of another type, the [Invalid] that names the member;
// else nil.
func WrongType(err error) *Invalid {
	kind, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return nil
	}
	return &Invalid{Field: clip(kind.Field), Value: clip(kind.Value), Allowed: inJSON(kind.Type)}
}

// inJSON says what a type is read from, in the words of RFC 8259.
func inJSON(t reflect.Type) string {
	if text := reflect.TypeFor[encoding.TextUnmarshaler](); t.Implements(text) || reflect.PointerTo(t).Implements(text) {
		return "a JSON string"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "a JSON array"
	case reflect.Struct, reflect.Map:
		return "a JSON object"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a JSON string"
	case reflect.Float32, reflect.Float64:
		return "a JSON number"
	default:
		return "a whole number that is not too large"
	}
}

// TokenRule describes a subject token in words, for error messages.
const TokenRule = "1 to 64 letters, digits, '-' or '_'"

var token = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ValidToken reports whether s may stand as one token of a NATS subject here: [TokenRule].
func ValidToken(s string) bool { return token.MatchString(s) }

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// ValidAppID reports whether s has the form of a Microsoft Entra application id, a GUID.
func ValidAppID(s string) bool { return guid.MatchString(s) }

func checkToken(field, s string) error {
	if !ValidToken(s) {
		return &Invalid{Field: field, Value: clip(s), Allowed: TokenRule}
	}
	return nil
}

// checkText refuses text that is too long or looks like a secret: messages are kept for years and shown to many.
func checkText(field, s string, limit int) error {
	if len(s) > limit {
		return &Invalid{Field: field, Value: clip(s), Allowed: fmt.Sprintf("at most %d bytes", limit)}
	}
	if !utf8.ValidString(s) {
		return &Invalid{Field: field, Allowed: "text in UTF-8"}
	}
	if LooksSecret(s) {
		return &Invalid{Field: field, Allowed: "plain text; it looks like a secret, and secrets never travel in messages: name a credential reference instead"}
	}
	return nil
}

// checkTexts checks each text of a list.
func checkTexts(field string, list []string) error {
	for i, s := range list {
		if err := checkText(fmt.Sprintf("%s[%d]", field, i), s, 300); err != nil {
			return err
		}
	}
	return nil
}

// clip shortens a value for an error; what looks like a secret is not repeated.
func clip(s string) string {
	if LooksSecret(s) {
		return ""
	}
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
