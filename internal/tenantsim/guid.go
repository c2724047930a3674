package tenantsim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// derivedID makes the same GUID from the same words every time, so that
// fixtures without ids and generated tenants are repeatable.
func derivedID(words ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(words, "\x00"))))
	return formatGUID([16]byte(sum[:16]))
}

func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails on supported systems
	return formatGUID(b)
}

func formatGUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if r != '-' {
				return false
			}
		case !strings.ContainsRune("0123456789abcdefABCDEF", r):
			return false
		}
	}
	return true
}
