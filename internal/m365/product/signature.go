package product

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// signature is the symmetric scheme, version 1: HMAC-SHA256 over id, timestamp and body, with full stops between them.
func signature(key []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// validID keeps an id from running into what is signed after it, and into other headers.
func validID(id string) bool {
	for _, r := range []byte(id) {
		if r <= ' ' || r >= 0x7f || r == '.' {
			return false
		}
	}
	return id != "" && len(id) <= 200
}

// Base returns scheme and host of a hook's address, which is what its client is confined to.
func Base(address string) (string, error) {
	u, err := parseAddress(address)
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

// parseAddress is like [transport.ParseService], but allows for a query.
func parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, &deprovision.Invalid{Field: "product.hookURL", Allowed: "an address such as https://…; http:// only on loopback"}
	}
	bare := *u
	bare.RawQuery = ""
	if _, err := transport.ParseService("product.hookURL", bare.String()); err != nil {
		return nil, err
	}
	return u, nil
}
