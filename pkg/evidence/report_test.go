package evidence_test

import (
	"bytes"
	"errors"
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is no longer what is made; if that is meant, run the test with -update.\ngot %s", path, got)
	}
}

func report(t testing.TB, data []byte, check evidence.Check) string {
	t.Helper()
	var out bytes.Buffer
	var broken *evidence.BrokenError
	if _, err := evidence.Report(bytes.NewReader(data), &out, check); err != nil && !errors.As(err, &broken) {
		t.Fatal(err)
	}
	return out.String()
}

func TestBundleAndReportAreAsTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	golden(t, "bundle.jsonl", whole(t))
	golden(t, "report.html", []byte(report(t, whole(t), evidence.Check{Key: public()})))
}

// seen is what a person sees of a page.
func seen(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
}

func TestReportSaysWhoAskedWhatWentAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	page := seen(report(t, whole(t), evidence.Check{Key: public()}))
	for _, want := range []string{
		"soc@contoso.example", "The licence ends this month.",
		"It ended on 2026-03-01 12:08:00 UTC as succeeded-with-remainder: 2 artifacts are gone; 1 thing is left for a person.",
		"admin@contoso.example confirm at confirm acknowledges mail-unscanned Looked at it with the mail team.",
		"eve@contoso.example skip at confirm refused: skip is not offered at this stop",
		"Mail is no longer inspected. admin@contoso.example, on 2026-03-01 12:03:00 UTC",
		"Sentry &lt;rerouting&gt; transport-rule 11 removed 2026-03-01 12:04:00 UTC Remove-TransportRule client c-11 service s-11 event 5 2026-03-01 12:06:00 UTC s-21 2026-03-01 12:07:00 UTC s-31",
		"New-TransportRule -Name &#39;Sentry &lt;rerouting&gt;&#39; -Priority 0",
		"The tenant keeps it until 2026-03-31 12:00:00 UTC.", "removed, answer lost",
		"SPF include Take it out of the DNS zone. https://dns.contoso.example/zone", "events 1 to 9 are proved", "checked",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
	open := seen(report(t, bundle(t, story()[:2], plan()), evidence.Check{}))
	for _, want := range []string{"It has not ended: since 2026-03-01 12:01:00 UTC it waits at the stop confirm for a decision", "No decision was made",
		"Nothing was removed", "none: the request has not ended"} {
		if !strings.Contains(open, want) {
			t.Errorf("the report of an open request does not say %q\n%s", want, open)
		}
	}
}

// TestDecisionDoesNotHideBehindTheIdOfAnother has the decision that was obeyed come under the id of one that was refused, or with another body.
func TestDecisionDoesNotHideBehindTheIdOfAnother(t *testing.T) {
	t.Parallel()
	events := story()
	refused, obeyed := *events[2].Change.Decision, *events[3].Change.Decision
	obeyed.ID = refused.ID
	events[3].Change.Decision = &obeyed
	events[4].Change.Decision = &obeyed // as a wish that is obeyed later stands in two events
	for name, c := range map[string]struct {
		refused deprovision.Decision
		want    []string
	}{
		"another body":  {refused, []string{"eve@contoso.example skip", "admin@contoso.example confirm"}},
		"the same body": {obeyed, []string{"admin@contoso.example confirm at confirm refused", "admin@contoso.example confirm at confirm acknowledges"}},
	} {
		events[2].Change.Decision = &c.refused
		page := seen(report(t, bundle(t, events, plan()), evidence.Check{}))
		_, decisions, _ := strings.Cut(page, " Decisions ")
		decisions, _, _ = strings.Cut(decisions, " Cautions ")
		for _, want := range c.want {
			if strings.Count(decisions, want) != 1 {
				t.Errorf("%s: %q is %d times in %s", name, want, strings.Count(decisions, want), decisions)
			}
		}
	}
}

func TestReportOfBrokenEvidenceBeginsWithWhatIsBroken(t *testing.T) {
	t.Parallel()
	bad := bytes.Replace(whole(t), []byte(`"c-11"`), []byte(`"c-12"`), 1)
	var out bytes.Buffer
	var broken *evidence.BrokenError
	if _, err := evidence.Report(bytes.NewReader(bad), &out, evidence.Check{}); !errors.As(err, &broken) {
		t.Fatal(err)
	}
	page := seen(out.String())
	if at := strings.Index(page, "This evidence is broken. Do not rely on what stands below before you know why. line 6: event 5 was changed"); at < 0 || at > 400 {
		t.Errorf("at %d of %s", at, page)
	}
	if strings.Contains(page, "yes: every event") {
		t.Error("it also says that all is well")
	}
}

const script = `"><script>alert(1)</script><img src=x onerror=alert(2)> '` + "`" + `{{.}} </style></table>` + "\u202e\u2066\u200b\u0000\x1b[31m"

// hostile is a tenant whose every text wants to be more than a text; they come by turns.
func hostile(t testing.TB, texts ...string) []byte {
	t.Helper()
	turn := 0
	next := func() string { turn++; return texts[turn%len(texts)] }
	events := story()
	asked, why := next(), next() // of one request
	for i := range events {
		p, c := &events[i].Progress, &events[i].Change
		p.Request.RequestedBy, p.Request.Reason, p.Detail = asked, why, next()
		for k := range p.Remainder {
			p.Remainder[k] = deprovision.Remainder{Name: next(), Instructions: strings.Repeat(next(), 20), Link: "javascript:alert(3)"}
		}
		p.InDoubt = []string{next()}
		if c.Decision != nil {
			d := *c.Decision
			d.DecidedBy, d.Reason, d.Names, d.CredentialRef = next(), next(), []string{next()}, next()
			c.Decision = &d
		}
		c.By, c.Detail, c.Step = next(), next(), next()
		for k := range c.Evidence {
			e := &c.Evidence[k]
			e.Artifact.Name, e.Artifact.Restore, e.Call, e.RequestID = next()+strings.Repeat("long", 300), next(), next(), next()
			e.Artifact.Kind = deprovision.ArtifactKind(next())
		}
	}
	events[1].Change.Announcement = &deprovision.Announcement{Consumers: texts, Operations: []deprovision.AuditOperation{{Log: next(), Operation: next(), Count: 1}}}
	return bundle(t, events, plan())
}

func TestReportEscapesEveryTextOfATenant(t *testing.T) {
	t.Parallel()
	clean := report(t, whole(t), evidence.Check{})
	tags := func(page string) []string {
		found := regexp.MustCompile(`<[a-z]+[ >]`).FindAllString(page, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for name, texts := range map[string][]string{"one text": {script}, "many": tenantsim.HostileNames()} {
		page := report(t, hostile(t, texts...), evidence.Check{})
		for _, bad := range []string{"<script", "<img", "<svg", "<iframe", `href="javascript`, "#ZgotmplZ", "\u202e", "\u2066", "\u200b", "\u0000", "\x1b"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: %q is in the page", name, bad)
			}
		}
		if !strings.Contains(html.UnescapeString(page), "⟨U+202E⟩") {
			t.Errorf("%s: a character that turns the text around is not shown", name)
		}
		for _, tag := range tags(page) {
			if !slices.Contains(tags(clean), tag) && tag != "<span " && tag != "<br>" && tag != "<ul>" {
				t.Errorf("%s: the tenant brought its own element %s", name, tag)
			}
		}
	}
	for _, bad := range []string{"http-equiv=\"refresh", "src=", "@import", "url("} {
		if strings.Contains(clean, bad) {
			t.Errorf("%q: the page asks for something from elsewhere", bad)
		}
	}
}

func TestReportOfAJournalIsThatOfItsBundle(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.writes(t, story())
	var file, direct bytes.Buffer
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &file, options()); err != nil {
		t.Fatal(err)
	}
	sum, err := evidence.CollectReport(t.Context(), w.client, request().Ref(), &direct, options())
	if err != nil || !sum.Ended || direct.String() != report(t, file.Bytes(), evidence.Check{}) {
		t.Errorf("%+v, %v", sum, err)
	}
	unknown := request().Ref()
	unknown.Request = "nobody"
	if _, err := evidence.CollectReport(t.Context(), w.client, unknown, &direct, options()); !errors.Is(err, client.ErrUnknownRequest) {
		t.Error(err)
	}
}

// What is refused behind the end changes nothing, and so not when it ended.
func TestReportSaysSinceWhenTheRequestIsAsItIs(t *testing.T) {
	t.Parallel()
	events := story()
	late := events[len(events)-1]
	late.Progress.Seq++
	late.Progress.Updated = late.Progress.Updated.Add(24 * time.Hour)
	late.Change = deprovision.Change{ID: "late", Kind: deprovision.DecisionRefused, By: "eve", Detail: "the request has ended"}
	if page := seen(report(t, bundle(t, append(events, late), plan()), evidence.Check{})); !strings.Contains(page, "It ended on 2026-03-01 12:08:00 UTC") {
		t.Error(page)
	}
}

// A bundle that does not have every event says nothing of what the others may tell.
func TestReportOfAPartDoesNotSayThatNothingHappened(t *testing.T) {
	t.Parallel()
	part := rest(t, evidence.Record{After: 8, Before: chainOf(t, 8)}, func(uint64, *deprovision.Event, *evidence.Record) {})
	page := seen(report(t, part, evidence.Check{}))
	for _, never := range []string{"No decision was made", "Nothing was removed", ">nobody<"} {
		if strings.Contains(page, never) {
			t.Errorf("it says %q", never)
		}
	}
	if !strings.Contains(page, "Not every event is in this bundle.") || !strings.Contains(page, "The events that are here tell of no decision.") {
		t.Error(page)
	}
}
