package event_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// serverLimit is what a NATS server takes by default, headers and payload together; a stream takes headers of 64 KiB.
const (
	serverLimit = 1 << 20
	headerLimit = 64 << 10
)

// sent encodes a letter, and decodes and joins its messages.
func sent(t require, d event.DeadLetter) (event.DeadLetter, []*nats.Msg) {
	t.Helper()
	msgs, err := event.EncodeDeadLetter(d)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	var parts []event.DeadLetter
	for _, msg := range msgs {
		if len(msg.Data) > event.MaxMessage {
			t.Fatalf("a message of %d bytes", len(msg.Data))
		}
		part, err := event.DecodeDeadLetter(msg)
		if err != nil {
			t.Fatalf("decode: %v", err)
		}
		parts = append(parts, part)
	}
	rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	whole, err := event.JoinDeadLetter(parts...)
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	return whole, msgs
}

type require interface {
	Helper()
	Fatalf(format string, args ...any)
}

// noise is what no compression makes smaller, and what by no chance looks like a secret.
func noise(n int) []byte {
	out := make([]byte, n)
	source := rand.NewChaCha8([32]byte{1})
	if _, err := source.Read(out); err != nil {
		panic(err)
	}
	for i := range out {
		out[i] = out[i]&0x3f | 0x80
	}
	return out
}

func TestDeadLetterKeepsEveryPayloadThatAServerTakes(t *testing.T) {
	t.Parallel()
	manyHeaders := nats.Header{}
	for i := range headerLimit / 8 {
		manyHeaders[fmt.Sprintf("%x", i)] = []string{"\x01"}
	}
	for name, tc := range map[string]struct {
		header nats.Header
		data   []byte
		parts  int
	}{
		"nothing":                     {nil, nil, 1},
		"text":                        {nats.Header{"A": {"b", "c"}}, []byte("hello"), 1},
		"bytes":                       {nil, []byte{0, 0xff, '\n'}, 1},
		"as large as a message":       {nil, noise(event.MaxMessage), 3},
		"as large as the server's":    {nats.Header{"A": {"b"}}, noise(serverLimit), 6},
		"headers as large":            {nats.Header{"A": {strings.Repeat("x", headerLimit)}}, noise(serverLimit - headerLimit), 5},
		"headers that JSON swells":    {nats.Header{"A": {strings.Repeat("\x01", headerLimit)}}, noise(serverLimit - headerLimit), 5},
		"headers that are no UTF-8":   {nats.Header{"A": {"\xff"}, "\xfe": {"b", "c"}}, []byte("hello"), 1},
		"many headers and no payload": {manyHeaders, nil, 1},
		"many headers and a payload":  {manyHeaders, noise(serverLimit - headerLimit), 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := event.DeadLetter{Reason: "not-json", Subject: "deprovision.request.contoso.teams.r1", Header: tc.header, Data: tc.data, At: clock(0)}
			got, msgs := sent(t, d)
			if len(msgs) != tc.parts {
				t.Errorf("%d messages", len(msgs))
			}
			if !bytes.Equal(got.Data, tc.data) || !maps.EqualFunc(got.Header, tc.header, func(a, b []string) bool { return cmp.Equal(a, b) }) {
				t.Errorf("payload or headers are not as they came: %d of %d bytes, %d of %d headers", len(got.Data), len(tc.data), len(got.Header), len(tc.header))
			}
			if sum := sha256.Sum256(tc.data); got.SHA256 != hex.EncodeToString(sum[:]) || got.Size != len(tc.data) {
				t.Errorf("size %d, digest %s", got.Size, got.SHA256)
			}
		})
	}
}

func TestPartOfADeadLetterCannotBeSentAgain(t *testing.T) {
	t.Parallel()
	_, msgs := sent(t, event.DeadLetter{Reason: "size", Subject: "s", Data: noise(serverLimit), At: clock(0)})
	for _, msg := range msgs {
		part, err := event.DecodeDeadLetter(msg)
		if err != nil || len(part.Data) > 0 || len(part.Kept) == 0 || part.Reason != "size" || part.Parts != len(msgs) {
			t.Fatalf("%+v, %v", part, err)
		}
	}
}

func TestJoinWantsEveryPartOnceAndUnchanged(t *testing.T) {
	t.Parallel()
	_, msgs := sent(t, event.DeadLetter{Reason: "size", Subject: "s", Data: noise(event.MaxMessage), At: clock(0)})
	parts := make([]event.DeadLetter, 0, len(msgs))
	for _, msg := range msgs {
		part, err := event.DecodeDeadLetter(msg)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	changed, other := parts[1], parts[1]
	changed.Kept = append([]byte("x"), changed.Kept[1:]...)
	other.Letter = "another"
	for name, tc := range map[string]struct {
		parts []event.DeadLetter
		field string
	}{
		"none":         {nil, "parts"},
		"one":          {parts[:1], "parts"},
		"one missing":  {parts[1:], "parts"},
		"one twice":    {[]event.DeadLetter{parts[0], parts[1], parts[1]}, "parts"},
		"another's":    {[]event.DeadLetter{parts[0], other, parts[2]}, "parts"},
		"one altered":  {[]event.DeadLetter{parts[0], changed, parts[2]}, "sha256"},
		"all of them":  {parts, ""},
		"one too many": {append(parts[:3:3], parts[0]), "parts"},
	} {
		_, err := event.JoinDeadLetter(tc.parts...)
		var invalid *deprovision.Invalid
		if tc.field == "" && err != nil || tc.field != "" && (!errors.As(err, &invalid) || invalid.Field != tc.field) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDeadLetterStaysAsItWasWhenItIsEncodedAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"password=hunter2", "\xff", `{"password":"x"}`, `"pwd": x`, "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}))
		once, _ := sent(t, event.DeadLetter{Reason: text.Draw(t, "reason"), Detail: rapid.String().Draw(t, "detail"), Subject: rapid.String().Draw(t, "subject"),
			Header: rapid.MapOfN(rapid.String(), rapid.SliceOfN(text, 1, 2), 0, 2).Draw(t, "header"), Data: []byte(text.Draw(t, "data")), At: clock(0)})
		twice, _ := sent(t, once)
		if diff := cmp.Diff(once, twice, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDeadLetterFailsOnlyWithoutATime(t *testing.T) {
	t.Parallel()
	d := deadLetter()
	d.At = d.At.AddDate(9000, 0, 0)
	if _, err := event.EncodeDeadLetter(d); err == nil {
		t.Fatal("a time that JSON does not have")
	}
	d = deadLetter()
	d.Detail = strings.Repeat("ä", 10_000)
	if got, _ := sent(t, d); len(got.Detail) > 1010 || !strings.HasSuffix(got.Detail, "…") {
		t.Fatalf("a detail of %d bytes", len(got.Detail))
	}
}
