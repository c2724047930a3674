package cli_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// sealKey signs the ends of the tests' journals.
var sealKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// pemFile writes a public key as openssl does.
func pemFile(t *testing.T, key ed25519.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// removes writes the journal of a removal that was confirmed and ended.
func (w *world) removes(id string) {
	w.t.Helper()
	w.journal.Seal = func(chain string) string { return event.Sign(sealKey, chain) }
	if err := w.journal.PutPlan(w.t.Context(), plan(id)); err != nil {
		w.t.Fatal(err)
	}
	state, revision := waiting(id), uint64(0)
	for i, e := range []deprovision.Event{
		{Progress: deprovision.Progress{Request: request(id), Status: deprovision.Held}, Change: deprovision.Change{Kind: deprovision.Claimed, By: "worker-1"}},
		{Progress: state, Change: deprovision.Change{Kind: deprovision.Stopped, By: "worker-1"}},
		{Progress: state, Change: deprovision.Change{Kind: deprovision.Claimed, By: "worker-1", Decision: &deprovision.Decision{ID: "d1", Verb: deprovision.Confirm,
			Stop: 2, PlanDigest: plan(id).Digest(), DecidedBy: "admin@contoso.example", Reason: "seen"}}},
		{Progress: state, Change: deprovision.Change{Kind: deprovision.Advanced, By: "worker-1", Evidence: []deprovision.Evidence{{Artifact: plan(id).Artifacts[0],
			Outcome: deprovision.Removed, At: noon, Call: "Remove-TransportRule", ClientID: "c1", RequestID: "q1"}}}},
		{Progress: deprovision.Progress{Request: request(id), Status: deprovision.SucceededWithRemainder, Detail: "1 artifact is gone; 1 thing is left", Plan: state.Plan,
			Removed: 1, Remainder: plan(id).Remainder}, Change: deprovision.Change{Kind: deprovision.Ended, By: "worker-1"}},
	} {
		e.Progress.Seq = uint64(i + 1)
		if e.Progress.Status == deprovision.Waiting && i > 1 {
			e.Progress.Status, e.Progress.Stop = deprovision.Held, nil
		}
		revision = w.hasEvent(e, revision)
	}
}

// offline is a command without any server.
func offline(t *testing.T, args ...string) result {
	t.Helper()
	w := &world{t: t, url: "nats://127.0.0.1:1"}
	return w.run(args...)
}

func TestBundleIsGotVerifiedAndEveryChangeOfItNamed(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	file := filepath.Join(t.TempDir(), "r1.jsonl")
	got := w.run("evidence", "get", name("r1"), "--out", file)
	got.want(t, cli.Success, "5 events and 1 plan of "+name("r1")+" are in "+file, "seal sha256:", ", signed")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read what an object was", info.Mode(), err)
	}
	seal := digest.FindString(got.out)
	key := pemFile(t, sealKey.Public().(ed25519.PublicKey))
	offline(t, "evidence", "verify", file).want(t, cli.Success, "whole: 5 events and 1 plan of "+name("r1")+", succeeded-with-remainder", seal, "compared with nothing")
	offline(t, "evidence", "verify", file, "--seal", seal).want(t, cli.Success, "every event's content and order is what was there when the seal was noted", "the account's record are not covered")
	offline(t, "evidence", "verify", file, "--key", key).want(t, cli.Success, "was signed with this key")
	offline(t, "evidence", "verify", file, "-o", "json").want(t, cli.Success, `"whole":true`, `"seal":"`+seal+`"`, `"events":5`)

	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	(&world{t: t, url: "nats://127.0.0.1:1"}).runWith(t.Context(), string(body), "evidence", "verify", "-").want(t, cli.Success, "whole")
	lines := strings.SplitAfter(string(body), "\n")
	for what, c := range map[string]struct{ body, text string }{
		"a changed byte":  {strings.Replace(string(body), "Remove-TransportRule", "Remove-TransportRole", 1), "line 5: event 4 was changed"},
		"a missing event": {strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), ""), "event 3 is missing"},
		"a swapped order": {strings.Join(append([]string{lines[0], lines[1], lines[3], lines[2]}, lines[4:]...), ""), "events 2 and 3 are swapped"},
		"a cut":           {string(body[:len(body)/2]), "the end is cut off"},
	} {
		bad := filepath.Join(t.TempDir(), "bad.jsonl")
		if err := os.WriteFile(bad, []byte(c.body), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(what)
		offline(t, "evidence", "verify", bad).want(t, cli.NotAccepted, "broken: the evidence of "+name("r1"), c.text)
		offline(t, "evidence", "verify", bad, "-o", "json").want(t, cli.NotAccepted, `"whole":false`, strings.TrimPrefix(c.text, "line 5: "))
		page := filepath.Join(t.TempDir(), "bad.html")
		offline(t, "evidence", "report", bad, "--out", page).want(t, cli.NotAccepted, c.text)
		if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "This evidence is broken") {
			t.Errorf("%s: the page does not say so, %v", what, err)
		}
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	offline(t, "evidence", "verify", file, "--key", pemFile(t, other)).want(t, cli.NotAccepted, "it was signed with another key")
	offline(t, "evidence", "verify", file, "--seal", strings.Replace(seal, seal[7:9], "00", 1)).want(t, cli.NotAccepted, "no event has the seal")
}

func TestShowNamesTheSealThatProvesTheBundle(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	seal := digest.FindString(w.run("evidence", "get", name("r1"), "--out", filepath.Join(t.TempDir(), "r1.jsonl")).out)
	w.run("show", name("r1"), "-o", "json").want(t, cli.Success, `"seal":"`+seal+`"`)
}

func TestManyBundlesAreVerifiedAtOnceAndTheBrokenOneIsNamed(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	dir := t.TempDir()
	good, bad, none := filepath.Join(dir, "good.jsonl"), filepath.Join(dir, "bad.jsonl"), filepath.Join(dir, "none.jsonl")
	w.run("evidence", "get", name("r1"), "--out", good).want(t, cli.Success)
	body, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, bytes.Replace(body, []byte("Remove-TransportRule"), []byte("Remove-TransportRole"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	offline(t, "evidence", "verify", good, good).want(t, cli.Success, "whole")
	offline(t, "evidence", "verify", bad, good).want(t, cli.NotAccepted, "("+bad+")", "event 4 was changed", "succeeded-with-remainder ("+good+")")
	offline(t, "evidence", "verify", none, bad, good).want(t, cli.BadInput, none, "event 4 was changed", "succeeded-with-remainder ("+good+")")
	offline(t, "evidence", "verify", good, good, "--seal", digest.FindString(string(body))).want(t, cli.BadInput, "name one file")
	lines := strings.Split(strings.TrimSpace(offline(t, "evidence", "verify", bad, good, "-o", "json").out), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"file":"`+bad+`"`) || !strings.Contains(lines[1], `"whole":true`) {
		t.Errorf("%q", lines)
	}
}

// TestVerifySaysWhatABundleDoesNotHaveAndCanNotProve is the end of an archived request, with and without the chain value that ties it to what was archived.
func TestVerifySaysWhatABundleDoesNotHaveAndCanNotProve(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	if _, err := w.journal.Archive(t.Context(), journal.Retention{Journal: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	c, err := client.Connect(w.url, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1"}
	dir, key := t.TempDir(), pemFile(t, sealKey.Public().(ed25519.PublicKey))
	write := func(name string, body []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var body bytes.Buffer
	if _, err := evidence.Collect(t.Context(), c, ref, &body, evidence.Options{Rest: true}); err != nil {
		t.Fatal(err)
	}
	file := write("tied.jsonl", body.Bytes())
	offline(t, "evidence", "verify", file, "--key", key).want(t, cli.Success, "events 1 to 4 are not in it", "was signed with this key")

	var untied bytes.Buffer
	out, err := evidence.NewWriter(&untied, evidence.Record{Request: ref.Tokens(), After: 4})
	for line := range strings.Lines(body.String()) {
		var r evidence.Record
		err = errors.Join(err, json.Unmarshal([]byte(line), &r))
		switch data := r.Bytes(); r.Kind {
		case evidence.EventKind:
			err = errors.Join(err, out.Event(evidence.Record{Seq: r.Seq, Chain: r.Chain, Sign: r.Sign}, data))
		case evidence.PlanKind:
			err = errors.Join(err, out.Plan(r.Digest, data))
		}
	}
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	file = write("untied.jsonl", untied.Bytes())
	offline(t, "evidence", "verify", file).want(t, cli.Success, "events 1 to 4 are not in it", "no seal and no signature covers what it says")
	offline(t, "evidence", "verify", file, "-o", "json").want(t, cli.Success, `"after":4`, `"unproven":5`)
	offline(t, "evidence", "verify", file, "--key", key).want(t, cli.NotAccepted, "event 5 can't be proved")
}

func TestReportIsMadeWithAndWithoutAServer(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	page := w.run("evidence", "get", name("r1"), "--format", "html")
	page.want(t, cli.Success, "<!doctype html>", "admin@contoso.example", "Sentry rerouting", "SPF include")
	bundle := w.run("evidence", "get", name("r1"))
	for line := range strings.Lines(bundle.out) {
		if !json.Valid([]byte(line)) {
			t.Fatalf("no JSON: %s", line)
		}
	}
	file := filepath.Join(t.TempDir(), "r1.jsonl")
	if err := os.WriteFile(file, []byte(bundle.out), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := offline(t, "evidence", "report", file); again.code != cli.Success || again.out != page.out {
		t.Errorf("code %d, %s: the page of the bundle is another one\n%s", again.code, again.err, again.out)
	}
}

// A variable that is not set must not pass as a check, and no file is lost to a slip.
func TestEvidenceCommandsRefuseWhatWouldProveOrDestroyByMistake(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.removes("r1")
	dir := t.TempDir()
	file := filepath.Join(dir, "r1.jsonl")
	w.run("evidence", "get", name("r1"), "--out", file).want(t, cli.Success)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		field string
		args  []string
	}{
		{"--seal", []string{"verify", file, "--seal", ""}}, {"--key", []string{"verify", file, "--key", ""}}, {"--seal", []string{"report", file, "--seal", ""}},
		{"--out", []string{"report", file, "--out", file}}, {"--out", []string{"report", file, "--out", dir}}, {"--out", []string{"report", file, "--out", ""}},
		{"--out", []string{"report", file, "--out", os.DevNull}},
	} {
		if r := offline(t, append([]string{"evidence"}, tc.args...)...); r.code != cli.BadInput || !strings.Contains(r.err, tc.field) {
			t.Errorf("%v: code %d, %s", tc.args, r.code, r.err)
		}
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("the bundle was changed: %v", err)
	}
}

func TestOpenRequestGivesAnOpenBundle(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.waits("r1")
	state := waiting("r1")
	state.Request.ID, state.Seq = "r2", 1
	w.has(state)
	w.run("evidence", "get", name("r2")).want(t, cli.Success, "has not ended (waiting): the bundle is open and has no seal")
}

func TestEvidenceThatIsNotThereIsSaidNotToBe(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	file := filepath.Join(t.TempDir(), "r1.jsonl")
	w.run("evidence", "get", name("r1"), "--out", file).want(t, cli.NotFound, "no such request")
	w.removes("r1")
	if _, err := w.journal.Archive(t.Context(), journal.Retention{Journal: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"get", name("r1"), "--out", file}, {"list", name("r1")}, {name("r1")}} {
		w.run(append([]string{"evidence"}, args...)...).want(t, cli.NotFound, "contoso/exchange-online-inline/r1.jsonl", "publisher evidence verify")
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) > 0 {
		t.Errorf("%v, %v: half a file was left", left, err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, args := range map[string][]string{
		"no file":       {"verify", file},
		"no bundle":     {"verify", text},
		"no key":        {"verify", text, "--key", file},
		"another key":   {"verify", text, "--key", text},
		"no seal":       {"verify", text, "--seal", "sha256:00"},
		"no report":     {"report", text, "--out", file},
		"no file named": {"verify"},
		"no such form":  {"get", name("r1"), "--format", "pdf"},
		"no directory":  {"report", text, "--out", filepath.Join(file, "none")},
	} {
		t.Log(what)
		offline(t, append([]string{"evidence"}, args...)...).want(t, cli.BadInput)
	}
}
