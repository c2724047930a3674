package event

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// SigningKey reads the key with which workers sign, as `openssl genpkey -algorithm ed25519` writes it: PKCS #8 in PEM. The error never holds
// any of it.
func SigningKey(text []byte) (ed25519.PrivateKey, error) {
	if block, _ := pem.Decode(text); block != nil && block.Type == "PRIVATE KEY" {
		if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if key, ok := parsed.(ed25519.PrivateKey); ok {
				return key, nil
			}
		}
	}
	return nil, &deprovision.Invalid{Field: "key", Allowed: "an Ed25519 private key in PEM, without a password, as `openssl genpkey -algorithm ed25519` writes it"}
}

// VerifyingKey reads the public half of a [SigningKey], as `openssl pkey -pubout` writes it.
func VerifyingKey(text []byte) (ed25519.PublicKey, error) {
	if block, _ := pem.Decode(text); block != nil && block.Type == "PUBLIC KEY" {
		if parsed, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			if key, ok := parsed.(ed25519.PublicKey); ok {
				return key, nil
			}
		}
	}
	return nil, &deprovision.Invalid{Field: "key", Allowed: "an Ed25519 public key in PEM, as `openssl pkey -pubout` writes it"}
}
