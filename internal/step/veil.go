package step

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// calling are the properties that hold an address which somebody else is called at.
var calling = []string{"receiverurl", "notificationurl", "lifecyclenotificationurl"}

// keys are what an app or a principal says of its secrets: a hint is the beginning of one.
var keys = map[string]any{"passwordCredentials": nil, "keyCredentials": nil}

// veil takes the secrets out of the addresses of an object: a signature or a token in a query, or a password in front of the host. Plans and
// evidence keep what is read, and who listens reads them.
func veil(object map[string]json.RawMessage) error {
	for key, raw := range object {
		var address string
		if !slices.Contains(calling, strings.ToLower(key)) || json.Unmarshal(raw, &address) != nil {
			continue
		}
		body, err := json.Marshal(veiled(address))
		if err != nil {
			return err
		}
		object[key] = body
	}
	return nil
}

// veiled is an address up to its query. What can't be read as one keeps nothing but the beginning.
func veiled(address string) string {
	plain, _, cut := strings.Cut(address, "?")
	plain, _, more := strings.Cut(plain, "#")
	if u, err := url.Parse(plain); err == nil && u.User != nil {
		u.User = nil
		plain = u.String()
	} else if before, _, odd := strings.Cut(plain, "@"); err != nil && odd {
		plain, cut = before[:min(len(before), 8)], true
	}
	if cut || more {
		plain += "?…"
	}
	return plain
}
