package tenantsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// claims is the payload of an access token, as far as the services read it;
// see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	Audience   string   `json:"aud"`
	Issuer     string   `json:"iss"`
	IssuedAt   int64    `json:"iat"`
	NotBefore  int64    `json:"nbf"`
	Expires    int64    `json:"exp"`
	AppID      string   `json:"appid"`
	Credential string   `json:"appidacr"` // "1" secret, "2" certificate
	IdentityIs string   `json:"idtyp"`
	ObjectID   string   `json:"oid"`
	Roles      []string `json:"roles,omitempty"`
	TenantID   string   `json:"tid"`
	Unique     string   `json:"uti"`
	Version    string   `json:"ver"`
	Directory  []string `json:"wids"` // template ids of Entra roles
}

// How an app has proven itself, in [claims.Credential].
const (
	bySecret      = "1"
	byCertificate = "2"
)

var b64 = base64.RawURLEncoding

const tokenHeader = `{"typ":"JWT","alg":"HS256","kid":"tenantsim"}`

// sign makes the bearer token. It looks like the real one, but only the
// simulator that made it can check it.
func (s *Sim) sign(c *claims) string {
	payload, _ := json.Marshal(c) // strings and numbers only
	text := b64.EncodeToString([]byte(tokenHeader)) + "." + b64.EncodeToString(payload)
	return text + "." + b64.EncodeToString(s.mac(text))
}

func (s *Sim) mac(text string) []byte {
	h := hmac.New(sha256.New, s.signKey)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// open reads a bearer token that this simulator signed.
func (s *Sim) open(token string) (*claims, bool) {
	cutAt := strings.LastIndexByte(token, '.')
	if cutAt < 0 {
		return nil, false
	}
	sig, err := b64.DecodeString(token[cutAt+1:])
	if err != nil || !hmac.Equal(sig, s.mac(token[:cutAt])) {
		return nil, false
	}
	_, payload, _ := strings.Cut(token[:cutAt], ".")
	raw, err := b64.DecodeString(payload)
	if err != nil {
		return nil, false
	}
	var c claims
	return &c, json.Unmarshal(raw, &c) == nil
}
