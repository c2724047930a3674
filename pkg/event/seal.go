package event

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// sealed stands before a chain value that is signed, so that the signature can stand for nothing else.
const sealed = "deprovisioner journal seal\n"

// What can be wrong with a signature.
var (
	ErrSealKey = errors.New("it was signed with another key")
	ErrSeal    = errors.New("the signature does not fit")
)

// KeyID names a public key: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
func KeyID(key ed25519.PublicKey) string {
	digest := sha256.Sum256(key)
	return hex.EncodeToString(digest[:8])
}

// Sign returns the seal of a journal's end: the id of the key, a colon, and the signature of its chain value in base64.
func Sign(key ed25519.PrivateKey, chain string) string {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok { // its documentation promises it
		return ""
	}
	return KeyID(public) + ":" + base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(sealed+chain)))
}

// SealKey returns the id of the key that a seal names, "" when it names none.
func SealKey(seal string) string {
	id, _, found := strings.Cut(seal, ":")
	if !found {
		return ""
	}
	return id
}

// VerifySeal checks the seal of a chain value. The error wraps [ErrSealKey] or [ErrSeal].
func VerifySeal(key ed25519.PublicKey, chain, seal string) error {
	id, text, _ := strings.Cut(seal, ":")
	if id != KeyID(key) {
		return fmt.Errorf("%w: %s, not %s", ErrSealKey, clip(id), KeyID(key))
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !ed25519.Verify(key, []byte(sealed+chain), signature) {
		return ErrSeal
	}
	return nil
}
