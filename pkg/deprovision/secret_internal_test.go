package deprovision

import (
	"strings"
	"testing"
)

func FuzzNoSecretIsMissedForWantOfItsSign(f *testing.F) {
	for _, s := range []string{"", "eyJ", "password : x", "BEARER\t" + strings.Repeat("a", 20), "abc8Q~" + strings.Repeat("a", 31), "whsec_",
		"-----BEGIN RSA PRIVATE KEY-----", "clientſecret=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := false
		for _, form := range secretForms {
			want = want || form.shape.MatchString(s)
		}
		if got := LooksSecret(s); got != want {
			t.Errorf("%q: %t, want %t", s, got, want)
		}
	})
}
