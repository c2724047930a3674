package tenantsim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
)

// credentials is what an app may prove itself with in one tenant.
type credentials struct {
	secrets []string
	keys    []*rsa.PublicKey
}

// parseCertificate reads the public key of a registered PEM certificate.
func parseCertificate(text string) (*rsa.PublicKey, error) {
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
	return key, nil
}

// assertionClaims is the payload of a client assertion, see
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
type assertionClaims struct {
	Audience  string `json:"aud"`
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Expires   int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
}

// checkAssertion returns Entra's error code and text, or 0 if all is well.
func (c *credentials) checkAssertion(token, appID string, r *request) (int, string) {
	const malformed = "AADSTS50027: JWT token is invalid or malformed."
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return 50027, malformed
	}
	var head struct {
		Alg string `json:"alg"`
	}
	var body assertionClaims
	sig, err := b64.DecodeString(parts[2])
	if err != nil || !decodePart(parts[0], &head) || !decodePart(parts[1], &body) {
		return 50027, malformed
	}
	if !c.signed(head.Alg, parts[0]+"."+parts[1], sig) {
		return 700027, "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application, or the signature is invalid."
	}
	now := r.now.Unix()
	switch {
	case body.Issuer != appID || body.Subject != appID:
		return 700021, "AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter."
	case !r.audience(body.Audience):
		return 700023, "AADSTS700023: Client assertion audience claim does not match Realm issuer."
	case body.Expires <= now || body.NotBefore > now+300:
		return 700024, "AADSTS700024: Client assertion is not within its valid time range."
	}
	return 0, ""
}

func decodePart(part string, into any) bool {
	raw, err := b64.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}

// signed checks the signature against every registered certificate.
func (c *credentials) signed(alg, text string, sig []byte) bool {
	sum := sha256.Sum256([]byte(text))
	for _, key := range c.keys {
		switch alg {
		case "RS256":
			if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil {
				return true
			}
		case "PS256":
			if rsa.VerifyPSS(key, crypto.SHA256, sum[:], sig, nil) == nil {
				return true
			}
		}
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
