package event

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// MaxInput is the most that a request or a decision may weigh as JSON, in bytes. A progress document holds the request and up to two
// decisions, and must itself stay within [deprovision.MaxProgress].
const MaxInput = 8 << 10

// decodeInput is decode for what people and other systems send: no text in it, known to this build or not, may look like a secret.
func decodeInput(msg *nats.Msg, kind string, data any) error {
	body, err := decode(msg, kind, data)
	// First of all, so that no later error repeats a secret.
	if secret := noSecret(body); secret != nil {
		return secret
	}
	return err
}

// checkInput holds what is about to be sent against the same rules.
func checkInput(data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return noSecret(body)
}

// small holds a request or a decision against [MaxInput]. What counts is what is kept of it, without unknown members.
func small(data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if len(body) > MaxInput {
		return tooLarge(len(body), MaxInput)
	}
	return nil
}

// NoSecret returns a [deprovision.Invalid] that names the first member of a JSON text that holds something shaped like a secret, by itself or
// together with its name, and does not repeat it. It is what decoding does first with what people and other systems send.
func NoSecret(body []byte) error { return noSecret(body) }

// noSecret names the first field that holds something shaped like a secret, in a body that is JSON.
func noSecret(body []byte) error {
	if !hinted(body) { // as nearly always
		return nil
	}
	var value any
	notJSON := json.Unmarshal(body, &value) // what is not JSON is refused as that
	if field, found := findSecret("", "", value); notJSON == nil && found {
		return &deprovision.Invalid{Field: field,
			Allowed: "plain text; it looks like a secret, and secrets never travel in messages: name a credential reference instead"}
	}
	return nil
}

// findSecret returns the path of a text that looks like a secret by itself or together with its name, as in "password": "…".
func findSecret(path, name string, value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return path, v != Redacted && v != "" && (deprovision.LooksSecret(v) || deprovision.LooksSecret(name+"=x"))
	case []any:
		for i, element := range v {
			if field, found := findSecret(path+"["+strconv.Itoa(i)+"]", name, element); found {
				return field, true
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if deprovision.LooksSecret(key) {
				return join(path, "*"), true // the name itself must not be repeated
			}
			if field, found := findSecret(join(path, clip(key)), key, v[key]); found {
				return field, true
			}
		}
	}
	return "", false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
