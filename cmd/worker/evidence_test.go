package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// signs gives the site's workers a key, and returns the file of its public half.
func (s *site) signs() string {
	s.t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, errSecret := x509.MarshalPKCS8PrivateKey(private)
	open, errOpen := x509.MarshalPKIXPublicKey(public)
	key, half := filepath.Join(s.dir, "seal.pem"), filepath.Join(s.dir, "seal.pub.pem")
	config, errConfig := os.ReadFile(s.config)
	for file, body := range map[string][]byte{
		key:      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		half:     pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}),
		s.config: fmt.Appendf(config, "evidence: {signingKeyFile: %q}\n", key),
	} {
		if err := os.WriteFile(file, body, 0o600); err != nil || errSecret != nil || errOpen != nil || errConfig != nil {
			s.t.Fatal(err, errSecret, errOpen, errConfig)
		}
	}
	return half
}

// offline runs the publisher where no server answers.
func offline(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), append(args, "--server", "nats://127.0.0.1:1"), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	return code, out.String() + errs.String()
}

// bundled is what a bundle says.
type bundled struct {
	lines  []string
	events []deprovision.Event
	plans  map[string]deprovision.Plan
}

func openBundle(t *testing.T, body []byte) bundled {
	t.Helper()
	b := bundled{lines: slices.Collect(strings.Lines(string(body))), plans: map[string]deprovision.Plan{}}
	for _, line := range b.lines {
		var r evidence.Record
		var e deprovision.Event
		var plan deprovision.Plan
		err := json.Unmarshal([]byte(line), &r)
		switch {
		case err != nil:
		case r.Kind == evidence.EventKind:
			err = json.Unmarshal(r.Bytes(), &e)
			b.events = append(b.events, e)
		case r.Kind == evidence.PlanKind:
			err = json.Unmarshal(r.Bytes(), &plan)
			b.plans[r.Digest] = plan
		}
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
	return b
}

func TestEvidenceOfARemovalIsWholeAndEachChangeOfItIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	key := s.signs()
	lost := s.worker("after-call:3") // it dies between a call and its append; another takes over
	s.mustPublish(cli.WaitsFor, "confirm", asked("r1", "--reason", "the contract ends")...)
	s.mustPublish(cli.NotAccepted, "not offered", "decide", "skip", door+"r1", "--stop", fmt.Sprint(s.last(refOf("r1"))), "--by", "eve@contoso.example")
	s.mustPublish(cli.Success, "", "decide", "confirm", door+"r1", "--acknowledge", "mail-unscanned", "--acknowledge", "quarantine-lost", "--yes",
		"--by", "admin@contoso.example", "--reason", "seen with the mail team")
	lost.wait(s)
	s.worker("")
	end, _ := s.end(refOf("r1"))
	file, page := filepath.Join(s.dir, "r1.jsonl"), filepath.Join(s.dir, "r1.html")
	s.mustPublish(cli.Success, "signed", "evidence", "get", door+"r1", "--out", file)
	s.nats.kill() // nothing of what follows may need it

	code, out := offline(t, "evidence", "verify", file, "--key", key)
	if code != cli.Success || !strings.Contains(out, "was signed with this key") {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if code, out := offline(t, "evidence", "report", file, "--key", key, "--out", page); code != cli.Success {
		t.Fatalf("exit code %d: %s", code, out)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := openBundle(t, body)
	if b.events[len(b.events)-1].Progress.Seq != end.Seq || len(b.events) != int(end.Seq) || !slices.ContainsFunc(b.events, func(e deprovision.Event) bool { return e.Progress.Status == deprovision.Contested }) {
		t.Errorf("%d events, want %d with a takeover among them", len(b.events), end.Seq)
	}
	if end.Unconfirmed != 1 {
		t.Errorf("%d artifacts are unconfirmed, want the one whose answer was lost with its worker", end.Unconfirmed)
	}
	b.saysWhoDecided(t)
	b.saysWhatWent(t, s.sim.Calls())
	if left := b.events[len(b.events)-1].Progress.Remainder; len(left) == 0 || left[0].Instructions == "" {
		t.Errorf("what is left: %+v", left)
	}
	html, err := os.ReadFile(page)
	for _, want := range []string{"admin@contoso.example", "seen with the mail team", "eve@contoso.example", "the contract ends", "TMCAS", "New-TransportRule"} {
		if err != nil || !strings.Contains(string(html), want) {
			t.Errorf("the page does not say %q, %v", want, err)
		}
	}
	b.namesEachChange(t)
}

// saysWhoDecided looks for who asked, who decided what, and why.
func (b bundled) saysWhoDecided(t *testing.T) {
	t.Helper()
	if r := b.events[0].Progress.Request; r.RequestedBy != "soc@contoso.example" || r.Reason != "the contract ends" {
		t.Errorf("the request: %+v", r)
	}
	found := map[deprovision.Verb]deprovision.Event{}
	for _, e := range b.events {
		if e.Change.Decision != nil {
			found[e.Change.Decision.Verb] = e
		}
	}
	yes, no := found[deprovision.Confirm], found[deprovision.Skip]
	if d := yes.Change.Decision; d == nil || d.DecidedBy != "admin@contoso.example" || d.Reason != "seen with the mail team" || yes.Progress.Updated.IsZero() || b.plans[d.PlanDigest].Made.IsZero() {
		t.Errorf("the confirmation: %+v", yes.Change)
	}
	if d := no.Change.Decision; d == nil || d.DecidedBy != "eve@contoso.example" || no.Change.Kind != deprovision.DecisionRefused || no.Change.Detail == "" {
		t.Errorf("the refused decision: %+v", no.Change)
	}
}

// saysWhatWent holds the artifacts of the bundle against the plan and the tenant's own log.
func (b bundled) saysWhatWent(t *testing.T, calls []tenantsim.Call) {
	t.Helper()
	logged, plan := map[string]bool{}, b.plans[b.events[len(b.events)-1].Progress.Plan.Digest]
	for _, c := range calls {
		logged[c.RequestID], logged[c.ClientRequestID] = true, true
	}
	delete(logged, "")
	planned, read, restorable := map[string]deprovision.Artifact{}, map[string]int{}, 0
	for _, a := range plan.Artifacts {
		planned[string(a.Kind)+a.ID] = a
	}
	gone := map[string]bool{}
	for _, e := range b.events {
		for _, found := range e.Change.Evidence {
			a := planned[string(found.Artifact.Kind)+found.Artifact.ID]
			gone[string(found.Artifact.Kind)+found.Artifact.ID] = true
			if found.Artifact.Kind == "product-account" { // it is no object of the tenant, and in no plan
				continue
			}
			if len(found.Artifact.Before) == 0 || !bytes.Equal(found.Artifact.Before, a.Before) {
				t.Errorf("%s %s was %s, and in the plan %s", found.Artifact.Kind, found.Artifact.Name, found.Artifact.Before, a.Before)
			}
			if !logged[found.ClientID] || found.Outcome == deprovision.Removed && (found.Call == "" || !logged[found.RequestID]) {
				t.Errorf("%s %s went by %q, %q, %q, which the tenant does not know", found.Artifact.Kind, found.Artifact.Name, found.Call, found.ClientID, found.RequestID)
			}
			if found.Artifact.Restore != "" {
				restorable++
			}
		}
		for _, r := range e.Change.Rereads {
			if read[string(r.Kind)+r.ID]++; r.RequestID != "" && !logged[r.RequestID] {
				t.Errorf("%s %s was read again by %q, which the tenant does not know", r.Kind, r.ID, r.RequestID)
			}
		}
	}
	if len(gone) != footprintSize || restorable < 12 {
		t.Errorf("%d artifacts went, want %d; %d of them with a command that restores", len(gone), footprintSize, restorable)
	}
	if len(read) > 0 && len(read) < len(gone)-1 { // the product's row is the one that is not read again
		t.Errorf("%d of %d artifacts were read again", len(read), len(gone))
	}
}

// namesEachChange changes a byte of every event, leaves every event out, and swaps each with the next.
func (b bundled) namesEachChange(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bad.jsonl")
	named := func(lines []string, want string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := offline(t, "evidence", "verify", file); code != cli.NotAccepted || !strings.Contains(out, want) {
			t.Errorf("exit code %d, want %q in\n%s", code, want, out)
		}
	}
	for i := range b.events {
		line, seq := i+1, b.events[i].Progress.Seq
		changed := slices.Clone(b.lines)
		changed[line] = strings.Replace(changed[line], `"tenant":"contoso"`, `"tenant":"contosO"`, 1)
		named(changed, fmt.Sprintf("event %d was changed", seq))
		named(slices.Delete(slices.Clone(b.lines), line, line+1), fmt.Sprintf("event %d is missing", seq))
		if i > 0 {
			swapped := slices.Clone(b.lines)
			swapped[line], swapped[line-1] = swapped[line-1], swapped[line]
			named(swapped, fmt.Sprintf("events %d and %d are swapped", seq-1, seq))
		}
	}
}
