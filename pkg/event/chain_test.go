package event_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// seal is any seal whose bytes are always the same.
func seal(chain string) string {
	return event.Sign(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)), chain)
}

func chainedProgress() (*nats.Msg, error) {
	msg, err := event.EncodeProgress(progress())
	if err == nil {
		before := event.ChainStart(request().Ref())
		chain := event.ChainNext(before, msg.Data)
		event.SetLink(msg, event.Link{Chain: chain, Before: before, Seal: seal(chain)})
	}
	return msg, err
}

func TestLinkIsTheSameInBothModes(t *testing.T) {
	t.Parallel()
	msg, err := chainedProgress()
	if err != nil {
		t.Fatal(err)
	}
	structured, err := event.Structured(msg)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := event.ReadLink(msg)
	b, errB := event.ReadLink(structured)
	if errA != nil || errB != nil || a.Chain == "" || a.Seal == "" || a.Chain != b.Chain || a.Before != b.Before || a.Seal != b.Seal || !a.Holds() || !b.Holds() || !bytes.Equal(a.Data, b.Data) {
		t.Errorf("binary %q %q, structured %q %q, %v, %v", a.Chain, a.Seal, b.Chain, b.Seal, errA, errB)
	}
}

func TestChainValueDependsOnAllThatCameBefore(t *testing.T) {
	t.Parallel()
	other := request()
	other.ID = "r2"
	seen := map[string]string{}
	for name, value := range map[string]string{
		"one":           event.ChainNext(event.ChainStart(request().Ref()), []byte("a")),
		"other data":    event.ChainNext(event.ChainStart(request().Ref()), []byte("b")),
		"other request": event.ChainNext(event.ChainStart(other.Ref()), []byte("a")),
		"two":           event.ChainNext(event.ChainNext(event.ChainStart(request().Ref()), []byte("a")), []byte("a")),
		"none":          event.ChainStart(request().Ref()),
	} {
		if !event.ValidChain(value) || seen[value] != "" {
			t.Errorf("%s: %q is also that of %q", name, value, seen[value])
		}
		seen[value] = name
	}
}

func TestSealFitsOneChainValueAndOneKey(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	chain := event.ChainStart(request().Ref())
	good := event.Sign(private, chain)
	if err := event.VerifySeal(public, chain, good); err != nil || event.SealKey(good) != event.KeyID(public) {
		t.Error(err, good)
	}
	for name, c := range map[string]struct {
		chain, seal string
		want        error
	}{
		"another chain value": {event.ChainNext(chain, nil), good, event.ErrSeal},
		"another key":         {chain, seal(chain), event.ErrSealKey},
		"no signature":        {chain, event.KeyID(public) + ":", event.ErrSeal},
		"no base64":           {chain, strings.ReplaceAll(good, "=", "!"), event.ErrSeal},
		"nothing":             {chain, "", event.ErrSealKey},
	} {
		if err := event.VerifySeal(public, c.chain, c.seal); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ExampleChainNext() {
	before := event.ChainStart(request().Ref())
	first := event.ChainNext(before, []byte(`{"progress":{"seq":1}}`))
	second := event.ChainNext(first, []byte(`{"progress":{"seq":2}}`))
	fmt.Println(event.ValidChain(second), second != first)
	// Output: true true
}
