package event_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// As openssl writes them: genpkey -algorithm ed25519, and pkey -pubout of that one. They sign nothing but tests.
const (
	privatePEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n"
	publicPEM  = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA6kpsY+Kchr1oEpuRDG8OJ0tTZQ6oaMJ3ROWoAQ/TTx8=\n-----END PUBLIC KEY-----\n"
)

func TestKeysFitEachOther(t *testing.T) {
	t.Parallel()
	private, err := event.SigningKey([]byte(privatePEM))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	public, err := event.VerifyingKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if err != nil || !public.Equal(private.Public()) {
		t.Fatal(err)
	}
	chain := event.ChainStart(request().Ref())
	if err := event.VerifySeal(public, chain, event.Sign(private, chain)); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoKeyIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "text": "hunter22", "broken": strings.Replace(privatePEM, "MC4C", "MC5C", 1), "encrypted": strings.ReplaceAll(privatePEM, "PRIVATE", "ENCRYPTED PRIVATE"),
		"another kind": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "the public half": publicPEM,
	} {
		_, err := event.SigningKey([]byte(text))
		var invalid *deprovision.Invalid
		if !errors.As(err, &invalid) || strings.Contains(err.Error(), "MC4") || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := event.VerifyingKey([]byte(privatePEM)); err == nil {
		t.Error("a private key is no public one")
	}
}

func ExampleSign() {
	private, err := event.SigningKey([]byte(privatePEM))
	if err != nil {
		fmt.Println(err)
		return
	}
	chain := event.ChainNext(event.ChainStart(request().Ref()), []byte(`{"progress":{"seq":1}}`))
	seal := event.Sign(private, chain)
	fmt.Println(event.VerifySeal(private.Public().(ed25519.PublicKey), chain, seal))
	// Output: <nil>
}
