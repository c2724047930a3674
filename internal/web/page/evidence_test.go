package page_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

const evidenceAt = inlinePath + "/evidence"

// carriedOut is a request that removed all of its plan and ended.
func carriedOut(t testing.TB) (*world, *scripted) {
	t.Helper()
	w, s := inline(t)
	plan := s.confirms(inlinePlan(s.state.Request))
	s.obeys(deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, DecidedBy: "soc@contoso.example"})
	s.finishes()
	s.carriesOut(plan, "close-account")
	s.ends(deprovision.Succeeded)
	return w, s
}

func TestEvidenceSaysOfEachArtifactWhatItWasAndWhichCallTookIt(t *testing.T) {
	t.Parallel()
	w, _ := carriedOut(t)
	p := w.open(evidenceAt)
	p.See("10 artifacts")
	row := p.In("row", "Rerouting rule 2")
	for _, text := range []string{"Transport rule", "rule-2", "removed", "Remove-Object", "service-rule-2", "client-rule-2"} {
		row.See(text)
	}
	row.Click("DisclosureTriangle", "As it was of Rerouting rule 2")
	row.See(`"Name": "as it was"`)
	if got := p.Copied(func() { row.Click("button", "Copy the service's id of call 2") }); got != "service-rule-2" {
		t.Errorf("copied was %q", got)
	}
	p.Fill("Show only what holds", "OUTBOUND")
	p.See("2 of 10 artifacts")
	if rows := p.Rows("Artifacts"); len(rows) != 2 || !strings.Contains(rows[0][0], "Outbound connector 1") {
		t.Errorf("%v", rows)
	}
	p.Fill("Show only what holds", "no such thing")
	p.See("Nothing of what is loaded holds that.")
	p.Sound()
	p.Phone()
	p.Sound()
}

func TestEvidenceOfARequestThatNobodyTookOffersNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	msg, err := event.EncodeRequest(deadRequest("r1"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.nc.RequestMsgWithContext(t.Context(), msg); err != nil { // the stream acknowledges it
		t.Fatal(err)
	}
	p := w.open("/requests/contoso/teams/r1/evidence")
	p.See("No worker has taken the request yet: there is nothing that could be evidence.")
	if p.Has("heading", "To keep") {
		t.Error("a bundle is offered")
	}
	p.Sound()
}

func TestEvidenceBundleThatThePageSavesIsWhole(t *testing.T) {
	t.Parallel()
	w, s := carriedOut(t)
	p := w.open(evidenceAt)
	seal := p.Copied(func() { p.Click("button", "Copy the seal") })
	whole := func(who string) {
		saved := p.Download(func() { p.Click("button", "Download the sealed bundle") })
		if saved.Name != "contoso.exchange-online-inline.r1.jsonl" {
			t.Errorf("%s: it is saved as %q", who, saved.Name)
		}
		sum, err := evidence.Verify(bytes.NewReader(saved.Content), evidence.Check{Seal: seal})
		if err != nil || !sum.Ended || sum.Last != s.state.Seq {
			t.Errorf("%s: %v, %+v", who, err, sum)
		}
	}
	whole("nobody")
	p.Find("link", "Open the report")
	got := p.Copied(func() { p.Click("button", "Copy the command that verifies the bundle") })
	if got != "publisher evidence verify contoso.exchange-online-inline.r1.jsonl --seal "+seal {
		t.Errorf("copied was %q", got)
	}
	w.signIn(p, onlooker)
	whole("somebody signed in")
	report := p.Download(func() { p.Click("button", "Download the report") })
	if report.Name != "contoso.exchange-online-inline.r1.html" || !bytes.Contains(report.Content, []byte("Rerouting rule 2")) {
		t.Errorf("the report is %q, %d bytes", report.Name, len(report.Content))
	}
}

func TestEvidenceShowsTheSealAndHowToCheckIt(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	w, s := inline(t)
	w.journal.Seal = func(chain string) string { return event.Sign(private, chain) }
	s.claims()
	p := w.open(evidenceAt)
	p.See("what is taken away now has no seal")
	s.ends(deprovision.Succeeded)
	p.See(", signed by a worker")
	seal := p.Copied(func() { p.Click("button", "Copy the seal") })
	command := p.Copied(func() { p.Click("button", "Copy the command that verifies the bundle") })
	if command != "publisher evidence verify contoso.exchange-online-inline.r1.jsonl --seal "+seal {
		t.Errorf("the command is %q", command)
	}
	p.See("Note it where those who can write the journal can't change it")
	p.See("add --key with a file that has the public half of the workers' key")
	saved := p.Download(func() { p.Click("button", "Download the sealed bundle") })
	if _, err := evidence.Verify(bytes.NewReader(saved.Content), evidence.Check{Seal: seal, Key: public}); err != nil {
		t.Errorf("the bundle does not have the seal that the page shows, %q: %v", seal, err)
	}
	p.Sound()
	p.Phone()
	p.Sound()
}

func TestEvidenceComesAHundredAtATime(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.reaches("remove-rerouting-rules")
	removes := func(first, n int) {
		var list []deprovision.Evidence
		for i := first; i < first+n; i++ {
			folder := artifact("quarantine-folder", fmt.Sprint("folder-", i), fmt.Sprint("Folder ", i), "remove-rerouting-rules")
			list = append(list, deprovision.Evidence{Artifact: folder, Outcome: deprovision.RemovedUnconfirmed, At: w.now().UTC()})
		}
		s.append(deprovision.Advanced, func(e *deprovision.Event) { s.holds(&e.Progress); e.Change.Evidence = list })
	}
	removes(1, 90)
	removes(91, 90)
	p := w.open(evidenceAt)
	p.See("100 artifacts so far, and there are more")
	p.Click("button", "Show more")
	p.See("180 artifacts")
	p.Lost("button", "Show more")
	p.See("what is taken away now has no seal")
	p.Lost("button", "Copy the seal")
	removes(181, 5) // what goes while somebody looks appears behind it
	p.See("185 artifacts")
	if n := len(p.Rows("Artifacts")); n != 185 {
		t.Errorf("%d rows", n)
	}
}

func TestEvidenceThatWasArchivedIsToldPlainly(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.state.Seq = 7 // as if seven events had been moved to the archive
	s.ends(deprovision.Succeeded)
	p := browsertest.New(t)
	p.Expect("410")
	p.Open(w.url(evidenceAt))
	p.See("moved to the archive")
	p.See("contoso/exchange-online-inline/r1.jsonl")
	p.See("publisher evidence verify contoso/exchange-online-inline/r1.jsonl --seal sha256:")
	p.Lost("button", "Download the sealed bundle")
	p.Click("link", "Back to the request")
	p.In("region", "How it is").See("removed")
	p.See("only its end is still here")
}
