package tenantsim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is a SHA-1 by definition
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"
)

// credentials is what an app may prove itself with in one tenant.
type credentials struct {
	secrets []string
	keys    []certificate

	mu   sync.Mutex
	used map[string]usedAssertion // by jti
}

// certificate is a registered certificate: its key, until when it holds, and
// the two thumbprints by which an assertion names it.
type certificate struct {
	key   *rsa.PublicKey
	until time.Time
	x5t   string
	x5t2  string // x5t#S256
}

// usedAssertion is what a jti was used for, until its assertion lapses.
type usedAssertion struct {
	sum     [sha256.Size]byte
	expires int64
}

// parseCertificate reads a registered PEM certificate.
func parseCertificate(text string) (*certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("is not a PEM certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("has no RSA key; Entra accepts RSA only")
	}
	one, two := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw) //nolint:gosec // likewise
	return &certificate{key: key, until: cert.NotAfter, x5t: b64.EncodeToString(one[:]), x5t2: b64.EncodeToString(two[:])}, nil
}

// assertionClaims is the payload of a client assertion, see
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
type assertionClaims struct {
	Audience  string `json:"aud"`
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	ID        string `json:"jti"`
	Expires   int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
}

// assertionHead is the header of a client assertion.
type assertionHead struct {
	Alg  string `json:"alg"`
	X5T  string `json:"x5t"`
	X5T2 string `json:"x5t#S256"`
}

// checkAssertion returns Entra's error code and text, or 0 if all is well.
func (c *credentials) checkAssertion(token, appID string, r *request) (int, string) {
	const malformed = "AADSTS50027: JWT token is invalid or malformed."
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return 50027, malformed
	}
	var head assertionHead
	var body assertionClaims
	sig, err := b64.DecodeString(parts[2])
	if err != nil || !decodePart(parts[0], &head) || !decodePart(parts[1], &body) {
		return 50027, malformed
	}
	key, ok := c.named(head)
	if !ok {
		return 700027, "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]"
	}
	if !key.signed(head.Alg, parts[0]+"."+parts[1], sig) {
		return 700027, "AADSTS700027: Client assertion contains an invalid signature. [Reason - The key was found, but use of the key to verify the signature failed.]"
	}
	if !r.now.Before(key.until) {
		return 700027, "AADSTS700027: Client assertion contains an invalid signature. [Reason - The key used is expired.]"
	}
	now := r.now.Unix()
	switch {
	case body.Issuer != appID || body.Subject != appID:
		return 700021, "AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter."
	case !r.audience(body.Audience):
		return 700023, "AADSTS700023: Client assertion audience claim does not match Realm issuer."
	case body.Expires <= now || body.NotBefore > now+300:
		return 700024, "AADSTS700024: Client assertion is not within its valid time range."
	case body.ID == "" || !c.first(body, token, now):
		return 50027, "AADSTS50027: JWT token is invalid or malformed. The jti must be set, and name one assertion only."
	}
	return 0, ""
}

func decodePart(part string, into any) bool {
	raw, err := b64.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}

// first reports whether a jti is new, or names the very assertion it named
// before: a request that is sent again is the same, a constant jti is not.
func (c *credentials) first(body assertionClaims, token string, now int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, u := range c.used {
		if u.expires <= now {
			delete(c.used, id)
		}
	}
	sum := sha256.Sum256([]byte(token))
	if u, ok := c.used[body.ID]; ok {
		return u.sum == sum
	}
	if c.used == nil {
		c.used = map[string]usedAssertion{}
	}
	c.used[body.ID] = usedAssertion{sum: sum, expires: body.Expires}
	return true
}

// plainBase64 turns the common base64 into that of URLs: Microsoft's own client
// library for Go writes thumbprints in the common one, and Entra takes both.
var plainBase64 = strings.NewReplacer("+", "-", "/", "_", "=", "")

// named finds the certificate of a thumbprint. An assertion without one is not
// accepted, and where both are given both must fit.
func (c *credentials) named(h assertionHead) (certificate, bool) {
	one, two := plainBase64.Replace(h.X5T), plainBase64.Replace(h.X5T2)
	for _, k := range c.keys {
		if one+two != "" && (one == "" || one == k.x5t) && (two == "" || two == k.x5t2) {
			return k, true
		}
	}
	return certificate{}, false
}

// signed checks the signature; other algorithms than the two are none.
func (k *certificate) signed(alg, text string, sig []byte) bool {
	sum := sha256.Sum256([]byte(text))
	switch alg {
	case "RS256":
		return rsa.VerifyPKCS1v15(k.key, crypto.SHA256, sum[:], sig) == nil
	case "PS256":
		return rsa.VerifyPSS(k.key, crypto.SHA256, sum[:], sig, nil) == nil
	}
	return false
}

// audience accepts this tenant's token endpoint and issuer on any host, for
// the simulator does not know under which name it is reached.
func (r *request) audience(aud string) bool {
	u, err := url.Parse(aud)
	if err != nil {
		return false
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return r.tenant.is(name) && (rest == "oauth2/v2.0/token" || rest == "v2.0")
}
