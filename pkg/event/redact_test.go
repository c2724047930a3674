package event_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestSecretsAreTakenOutOfDeadLetters(t *testing.T) {
	t.Parallel()
	jwt := "eyJ" + strings.Repeat("a", 20) + "." + strings.Repeat("b", 20) + "." + strings.Repeat("c", 20)
	entra := "abc8Q~" + strings.Repeat("d", 34)
	pem := "-----BEGIN RSA PRIVATE KEY-----\nMIIhidden\nhidden==\n-----END RSA PRIVATE KEY-----"
	for name, tc := range map[string]struct{ data, kept string }{
		"a password":               {`the password: hunter2, see`, `the [redacted], see`},
		"in JSON":                  {`{"reason":"password=hunter2 ok","id":"r1"}`, `{"reason":"[redacted] ok","id":"r1"}`},
		"as a member":              {`{"clientSecret": "hunter2", "id":"r1"}`, `{"clientSecret": "[redacted]", "id":"r1"}`},
		"as a member, with quotes": {`{"password":"hunter2\"hidden","id":1}`, `{"password":"[redacted]","id":1}`},
		"as somebody's password":   {`{"admin_password":"hunter2"}`, `{"admin_password":"[redacted]"}`},
		"quoted in a text":         {`{"reason":"pwd=\"hunter2 hidden\" x"}`, `{"reason":"[redacted] x"}`},
		"a token":                  {`a ` + jwt + ` z`, `a [redacted] z`},
		"a bearer token":           {`Authorization: Bearer ` + strings.Repeat("hidden", 5) + `==`, `Authorization: [redacted]`},
		"an Entra secret":          {`{"x":"` + entra + `"}`, `{"x":"[redacted]"}`},
		"a webhook secret":         {`whsec_` + strings.Repeat("hidden", 4), `[redacted]`},
		"a private key":            {"a\n" + pem + "\nz", "a\n[redacted]\nz"},
		"half a private key":       {"a\n" + pem[:60], "a\n[redacted]"},
		"two":                      {`password=hunter2 api_key=hidden`, `[redacted] [redacted]`},
		"behind an escape":         {`{"reason":"p\u0061ssword=hunter2"}`, `[redacted]`},
		"a member behind one":      {`{"p\u0061ssword":"hunter2"}`, `[redacted]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, msgs := sent(t, event.DeadLetter{Reason: "x", Subject: "s", Data: []byte(tc.data), At: clock(0)})
			if string(got.Kept) != tc.kept || len(got.Data) > 0 || got.Redacted == 0 {
				t.Errorf("kept %q, data %q, %d places", got.Kept, got.Data, got.Redacted)
			}
			if sum := sha256.Sum256([]byte(tc.data)); got.SHA256 != hex.EncodeToString(sum[:]) || got.Size != len(tc.data) {
				t.Errorf("size %d, digest %s: not of what came", got.Size, got.SHA256)
			}
			for _, hidden := range []string{"hunter2", "hidden"} {
				if stored := string(msgs[0].Data); strings.Contains(stored, hidden) || strings.Contains(stored, base64.StdEncoding.EncodeToString([]byte(tc.data))) {
					t.Errorf("%s is stored: %s", hidden, stored)
				}
			}
		})
	}
}

func TestWhatIsNoSecretIsKept(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{"reason":"the password was changed","credentialRef":"contoso-admin"}`, "hello", `{"password":""}`, ""} {
		if got, _ := sent(t, event.DeadLetter{Reason: "x", Subject: "s", Data: []byte(data), At: clock(0)}); string(got.Data) != data || got.Redacted != 0 {
			t.Errorf("%q became %q", data, got.Kept)
		}
	}
}

func TestSecretsAreTakenOutOfHeadersSubjectAndDetail(t *testing.T) {
	t.Parallel()
	d := event.DeadLetter{Reason: "x", Detail: "tenant password=hunter2", Subject: "deprovision.request.pwd=hunter2", Data: []byte("hello"), At: clock(0),
		Header: nats.Header{"Authorization": {"Basic aHVudGVyMg=="}, "Api-Key": {"hunter2"}, "X": {"a", "password:hunter2"}, "ce-id": {"1"}}}
	got, msgs := sent(t, d)
	if stored := string(msgs[0].Data); strings.Contains(stored, "hunter2") || strings.Contains(stored, "aHVudGVyMg") {
		t.Fatal(stored)
	}
	if got.Redacted != 5 || got.Header["X"][0] != "a" || got.Header["ce-id"][0] != "1" || string(got.Kept) != "hello" || len(got.Data) > 0 {
		t.Fatalf("%+v", got)
	}
	if d.Header["Api-Key"][0] != "hunter2" {
		t.Fatal("the message itself was changed")
	}
}

func TestNothingThatLooksSecretIsEverStored(t *testing.T) {
	t.Parallel()
	secret := rapid.OneOf(
		rapid.StringMatching(`eyJ[A-Za-z0-9_-]{10,20}\.[A-Za-z0-9_-]{10,20}\.[a-z]{0,9}`),
		rapid.StringMatching(`-----BEGIN ([A-Z]{2} )?PRIVATE KEY-----[a-z\n]{0,9}(-----END PRIVATE KEY-----)?`),
		rapid.StringMatching(`(client-secret|PASSWORD|passwd|Pwd|apikey)[ \t]?[:=][ "']?[a-z"'\\]{1,9}`),
		rapid.StringMatching(`(?i:bearer) [a-z.]{20,30}`),
		rapid.StringMatching(`[a-c]{3}[78]Q~[A-Za-z0-9]{31,40}`),
		rapid.StringMatching(`whsec_[A-Za-z0-9]{16,20}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "before") + secret.Draw(t, "secret") + rapid.String().Draw(t, "after")
		got, _ := sent(t, event.DeadLetter{Reason: "x", Subject: "s", Data: []byte(text), At: clock(0)})
		if deprovision.LooksSecret(string(got.Kept)) || deprovision.LooksSecret(string(got.Data)) {
			t.Fatalf("%q is stored as %q %q", text, got.Kept, got.Data)
		}
	})
}
