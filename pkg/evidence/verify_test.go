package evidence_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func verify(data []byte) (evidence.Summary, error) {
	return evidence.Verify(bytes.NewReader(data), evidence.Check{})
}

// broken verifies and returns what does not fit; nil where all does.
func broken(t *testing.T, data []byte) *evidence.BrokenError {
	t.Helper()
	_, err := verify(data)
	var b *evidence.BrokenError
	if err != nil && !errors.As(err, &b) {
		t.Fatalf("not told what is broken: %v", err)
	}
	return b
}

func TestWholeBundleIsWhole(t *testing.T) {
	t.Parallel()
	sum, err := evidence.Verify(bytes.NewReader(whole(t)), evidence.Check{Key: public()})
	if err != nil || !sum.Ended || sum.Events != 9 || sum.Plans != 1 || sum.Last != 9 || sum.Proven != 9 || sum.Status != deprovision.SucceededWithRemainder ||
		sum.Request != request().Ref().Tokens() || sum.Seal == "" || sum.Seal != sum.Chain {
		t.Fatalf("%+v, %v", sum, err)
	}
	open, err := verify(bundle(t, story()[:5], plan()))
	if err != nil || open.Ended || open.Seal != "" || open.Chain == "" || open.Status != deprovision.Held {
		t.Fatalf("%+v, %v", open, err)
	}
}

func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	brief := append(story()[:2], story()[8])
	brief[2].Progress.Seq = 3
	good := bundle(t, brief, plan())
	if _, err := verify(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, bit := range []byte{1, 0x20} {
			bad := bytes.Clone(good)
			bad[i] ^= bit
			if _, err := verify(bad); err == nil {
				line := bytes.Count(good[:i], []byte("\n")) + 1
				t.Fatalf("byte %d, in line %d, changed from %q to %q: not found", i, line, good[i], bad[i])
			}
		}
	}
}

// records cuts a bundle into its lines.
func records(data []byte) []string { return slices.Collect(strings.Lines(string(data))) }

func join(lines []string) []byte { return []byte(strings.Join(lines, "")) }

// The lines of a whole bundle: the header, nine events, plan, account, close.
const header, planLine, accountLine, closeLine = 0, 10, 11, 12

func TestEveryMissingRecordIsNamed(t *testing.T) {
	t.Parallel()
	lines := records(whole(t))
	if len(lines) != closeLine+1 {
		t.Fatalf("%d lines", len(lines))
	}
	for i := range lines {
		b := broken(t, join(slices.Delete(slices.Clone(lines), i, i+1)))
		want, text := evidence.MissingEvent, fmt.Sprintf("event %d is missing", i)
		switch i {
		case header:
			want, text = evidence.Misplaced, "where the header belongs"
		case planLine:
			want, text = evidence.MissingPlan, "which event 2 names"
		case accountLine:
			want, text = evidence.WrongClose, "counts 13 records, there are 12"
		case closeLine:
			want, text = evidence.Truncated, "no closing record"
		}
		if b == nil || !b.Has(want) || !strings.Contains(b.Error(), text) || len(b.Problems) != 1 {
			t.Errorf("without line %d: %v, want %s", i+1, b, text)
		}
	}
}

func TestEverySwappedPairIsNamed(t *testing.T) {
	t.Parallel()
	lines := records(whole(t))
	for i := range lines {
		for k := i + 1; k < len(lines); k++ {
			swapped := slices.Clone(lines)
			swapped[i], swapped[k] = lines[k], lines[i]
			b := broken(t, join(swapped))
			if b == nil {
				t.Fatalf("lines %d and %d swapped: not found", i+1, k+1)
			}
			if i > header && k < planLine && (len(b.Problems) != 1 || !strings.Contains(b.Error(), fmt.Sprintf("events %d and %d are swapped", i, k))) {
				t.Errorf("events %d and %d swapped: %v", i, k, b)
			}
		}
	}
}

func TestEveryRepeatedRecordIsNamed(t *testing.T) {
	t.Parallel()
	lines := records(whole(t))
	for i := range lines {
		b := broken(t, join(slices.Insert(slices.Clone(lines), i, lines[i])))
		if b == nil || i > header && i < planLine && !strings.Contains(b.Error(), fmt.Sprintf("event %d is there more than once", i)) {
			t.Errorf("line %d twice: %v", i+1, b)
		}
	}
}

// replaced replaces a text in one line.
func replaced(t *testing.T, line int, old, with string) []byte {
	t.Helper()
	lines := records(whole(t))
	if !strings.Contains(lines[line], old) {
		t.Fatalf("%q is not in %s", old, lines[line])
	}
	lines[line] = strings.Replace(lines[line], old, with, 1)
	return join(lines)
}

func TestWhatWasChangedIsNamed(t *testing.T) {
	t.Parallel()
	good := whole(t)
	lines := records(good)
	chainOf := func(line int) string {
		_, rest, _ := strings.Cut(lines[line], `"chain":"`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	other := request()
	other.ID = "r2"
	stranger := story()
	for i := range stranger {
		stranger[i].Progress.Request = other
	}
	foreign := records(bundle(t, stranger))
	unnamed := plan()
	unnamed.Cautions = nil
	for name, c := range map[string]struct {
		data []byte
		want evidence.Trouble
		text string
	}{
		"a byte of an event":          {replaced(t, 5, "remove-rerouting-rules", "remove-rerouting-rulez"), evidence.ChangedEvent, "line 6: event 5 was changed"},
		"a byte of the last event":    {replaced(t, 9, "DNS zone", "DNS tone"), evidence.ChangedEvent, "event 9 was changed"},
		"the seq in an event":         {replaced(t, 5, `"seq":5,"status"`, `"seq":7,"status"`), evidence.ChangedEvent, "event 5 was changed"},
		"a chain value":               {replaced(t, 5, chainOf(5), chainOf(4)), evidence.ChangedChain, "the chain value of event 5 was changed"},
		"the last chain value":        {replaced(t, 9, chainOf(9), chainOf(4)), evidence.ChangedChain, "the chain value of event 9 was changed"},
		"when an event was stored":    {replaced(t, 5, `"revision":104`, `"revision":105`), evidence.Changed, "line 6: event 5 is not as it was written"},
		"the number of a record":      {replaced(t, 5, `"seq":5,"revision"`, `"seq":6,"revision"`), evidence.Changed, "line 6: the record is of event 6"},
		"a signature":                 {replaced(t, 9, `"sign":"`, `"sign":"a`), evidence.Changed, "event 9 is not as it was written"},
		"a record that can't be read": {replaced(t, 5, `"data":{`, `"data":[`), evidence.Unreadable, "line 6: the record can't be read; event 5"},
		"another request":             {replaced(t, 0, "inline.r1", "inline.r2"), evidence.OtherRequest, "of contoso.exchange-online-inline.r1"},
		"who made it":                 {replaced(t, 0, `"by":"test"`, `"by":"fake"`), evidence.Changed, "line 1: the header is not"},
		"an event of another":         {join(slices.Concat(lines[:5], foreign[5:6], lines[6:])), evidence.OtherRequest, "event 5 is of another request, contoso.exchange-online-inline.r2"},
		"a plan":                      {replaced(t, planLine, "New-TransportRule", "Old-TransportRule"), evidence.PlanMismatch, "the plan does not fit its digest"},
		"whose plan it is":            {replaced(t, planLine, `"request":"r1"`, `"request":"r2"`), evidence.OtherRequest, "is no plan of this request"},
		"a plan that nobody names":    {bundle(t, story(), plan(), unnamed), evidence.UnnamedPlan, "no event names the plan"},
		"the account":                 {replaced(t, accountLine, "b7e4", "b7e5"), evidence.Changed, "line 12: the account's record is not"},
		"whose account it is":         {replaced(t, accountLine, `"name":"contoso.inline"`, `"name":"contoso.other"`), evidence.OtherRequest, "contoso.other is not"},
		"the seal":                    {replaced(t, closeLine, chainOf(9), chainOf(4)), evidence.Changed, "line 13: the closing record is not"},
		"a cut in a record":           {good[:len(good)-500], evidence.Truncated, "the end is cut off"},
		"a cut behind a record":       {join(lines[:7]), evidence.Truncated, "the end is cut off"},
		"a cut line feed":             {good[:len(good)-1], evidence.Truncated, "the last line is cut off"},
		"what follows":                {slices.Concat(good, good), evidence.Trailing, "line 14: something follows"},
		"an empty line that follows":  {append(slices.Clone(good), '\n'), evidence.Trailing, "line 14: something follows"},
		"an empty line":               {join(slices.Insert(slices.Clone(lines), 5, "\n")), evidence.Unreadable, "line 6"},
		"a white space":               {replaced(t, 5, `{"kind"`, `{ "kind"`), evidence.Changed, "line 6"},
		"a member":                    {replaced(t, 5, `{"kind"`, `{"note":1,"kind"`), evidence.Changed, "line 6"},
		"several events":              {join(slices.Delete(slices.Clone(lines), 4, 7)), evidence.MissingEvent, "events 4 to 6 are missing"},
		"the last events":             {join(slices.Delete(slices.Clone(lines), 8, 10)), evidence.MissingEvent, "events 8 to 9 are missing"},
		"three in another order":      {join(slices.Concat(lines[:5], lines[6:8], lines[5:6], lines[8:])), evidence.SwappedEvents, "the first of them event 6 in the place of event 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := broken(t, c.data)
			if b == nil || !b.Has(c.want) || !strings.Contains(b.Error(), c.text) {
				t.Errorf("%v, want %s: %s", b, c.want, c.text)
			}
		})
	}
}

// TestRecordThatWasSummedAnewIsFoundByTheClosingRecord changes what no chain covers, with its own sum.
func TestRecordThatWasSummedAnewIsFoundByTheClosingRecord(t *testing.T) {
	t.Parallel()
	for line, change := range map[int][2]string{header: {`"by":"test"`, `"by":"fake"`}, 5: {`"revision":104`, `"revision":105`}, accountLine: {"b7e4", "b7e5"}} {
		lines := records(replaced(t, line, change[0], change[1]))
		bare, _, _ := strings.Cut(lines[line], `,"sum":"`)
		bare += "}"
		digest := sha256.Sum256([]byte(bare))
		lines[line] = strings.TrimSuffix(bare, "}") + fmt.Sprintf(",\"sum\":\"%x\"}\n", digest[:16])
		if b := broken(t, join(lines)); b == nil || !b.Has(evidence.WrongClose) || len(b.Problems) != 1 {
			t.Errorf("line %d: %v", line+1, b)
		}
	}
}

// forged is a bundle that somebody made anew of a changed journal: it is whole in itself.
func forged(t testing.TB) []byte {
	t.Helper()
	events := story()
	events[4].Change.Evidence[0].Call = "nothing"
	return bundle(t, events, plan())
}

func TestSealThatWasNotedTellsAForgery(t *testing.T) {
	t.Parallel()
	sum, err := verify(whole(t))
	if err != nil {
		t.Fatal(err)
	}
	late := append(story(), story()[8])
	late[9].Progress.Seq, late[9].Change = 10, deprovision.Change{ID: "late", Kind: deprovision.DecisionRefused}
	for name, c := range map[string]struct {
		data   []byte
		seal   string
		want   evidence.Trouble
		proven uint64
	}{
		"the same":               {whole(t), sum.Seal, "", 9},
		"forged":                 {forged(t), sum.Seal, evidence.WrongSeal, 0},
		"cut off and made anew":  {bundle(t, story()[:8], plan()), sum.Seal, evidence.WrongSeal, 0},
		"refusals after the end": {bundle(t, late, plan()), sum.Seal, "", 9},
	} {
		got, err := evidence.Verify(bytes.NewReader(c.data), evidence.Check{Seal: c.seal})
		var b *evidence.BrokenError
		if (c.want == "") != (err == nil) || err != nil && (!errors.As(err, &b) || !b.Has(c.want)) || got.Proven != c.proven {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestSignatureTellsWhoSealed(t *testing.T) {
	t.Parallel()
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	for name, c := range map[string]struct {
		data []byte
		key  ed25519.PublicKey
		text string
	}{
		"the same key": {whole(t), public(), ""},
		"another key":  {whole(t), stranger, "another key"},
		"not ended":    {bundle(t, story()[:8], plan()), public(), "had not ended"},
		"signature of another end": {join(func() []string {
			lines, others := records(whole(t)), records(forged(t))
			_, sign, _ := strings.Cut(others[9], `"sign":"`)
			_, own, _ := strings.Cut(lines[9], `"sign":"`)
			lines[9] = strings.Replace(lines[9], own[:90], sign[:90], 1)
			return lines
		}()), public(), "does not fit"},
	} {
		_, err := evidence.Verify(bytes.NewReader(c.data), evidence.Check{Key: c.key})
		if (c.text == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// unchained is the bundle of a journal of which an older worker wrote the events up to, and without, the nth.
func unchained(t *testing.T, upTo int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := evidence.NewWriter(&out, evidence.Record{Request: request().Ref().Tokens(), By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	chain := event.ChainStart(request().Ref())
	for i, e := range story() {
		msg, err := event.EncodeProgress(e)
		if err != nil {
			t.Fatal(err)
		}
		chain = event.ChainNext(chain, msg.Data)
		r := evidence.Record{Seq: e.Progress.Seq}
		if i >= upTo {
			r.Chain = chain
		}
		if err := w.Event(r, msg.Data); err != nil {
			t.Fatal(err)
		}
	}
	body, err := json.Marshal(plan())
	if err := errors.Join(err, w.Plan(plan().Digest(), body), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestJournalOfAnOlderWorkerIsNotChainedAndNotBroken(t *testing.T) {
	t.Parallel()
	for _, upTo := range []int{1, 4, 8, 9} {
		good := unchained(t, upTo)
		sum, err := verify(good)
		if err != nil || sum.Unchained != upTo || sum.Events != 9 || (sum.Seal == "") != (upTo == 9) {
			t.Errorf("%d events without a chain value: %+v, %v", upTo, sum, err)
		}
		if upTo == 9 {
			continue
		}
		changed := bytes.Replace(good, []byte(`"by":"worker-1"`), []byte(`"by":"worker-7"`), 1)
		if b := broken(t, changed); b == nil || !b.Has(evidence.ChangedEvent) && !b.Has(evidence.Changed) {
			t.Errorf("%d: event 1 was changed: %v", upTo, b)
		}
	}
}

func TestWhatIsNoBundleIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"nothing": "", "text": "hello\nworld\n", "JSON": "{}\n{}\n", "many lines": strings.Repeat("x\n", 1<<20), "no line feed": strings.Repeat("x", 3<<20),
		"deep": strings.Repeat("[", 1<<19), "zeroes": strings.Repeat("\x00", 1<<20),
	} {
		if _, err := verify([]byte(data)); !errors.Is(err, evidence.ErrNoBundle) {
			t.Errorf("%s: %v", name, err)
		}
	}
	failing := io.MultiReader(bytes.NewReader(whole(t)[:700]), errReader{})
	if _, err := evidence.Verify(failing, evidence.Check{}); !errors.Is(err, errDisk) {
		t.Errorf("a disk that fails: %v", err)
	}
}

var errDisk = errors.New("the disk fails")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errDisk }

func TestHostileBundleCostsNoMoreThanItsSize(t *testing.T) {
	t.Parallel()
	long := `{"kind":"header","by":"` + strings.Repeat("x", evidence.MaxLine) + "\"}\n"
	lines := records(whole(t))
	b := broken(t, join(slices.Insert(slices.Clone(lines), 3, long)))
	if b == nil || !b.Has(evidence.Unreadable) {
		t.Errorf("a line of %d bytes: %v", len(long), b)
	}
	deep := `{"kind":"event","data":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}\n"
	if b := broken(t, join(slices.Insert(slices.Clone(lines), 3, deep))); b == nil || !b.Has(evidence.Unreadable) {
		t.Errorf("deep: %v", b)
	}
	many := broken(t, join(slices.Insert(slices.Clone(lines), 3, slices.Repeat([]string{"{}\n"}, 10_000)...)))
	if many == nil || len(many.Problems) > 100 || many.More == 0 {
		t.Errorf("%d problems are told one by one", len(many.Problems))
	}
}

func TestPlanOfAnySizeIsProved(t *testing.T) {
	t.Parallel()
	large := plan()
	for i := range 5000 { // several parts, cut between any two bytes
		large.Artifacts = append(large.Artifacts, deprovision.Artifact{Kind: "event-receiver", ID: fmt.Sprint(i), Name: strings.Repeat("Überwachung €", 10)})
	}
	events := story()
	for i := 1; i < len(events); i++ {
		events[i].Progress.Plan.Digest = large.Digest()
	}
	data := bundle(t, events, large)
	if sum, err := verify(data); err != nil || sum.Plans != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	lines := records(data)
	if len(lines) < 16 {
		t.Fatalf("%d lines", len(lines))
	}
	for name, bad := range map[string][]byte{
		"a part is missing": join(slices.Delete(slices.Clone(lines), 11, 12)),
		"the last part":     join(slices.Delete(slices.Clone(lines), len(lines)-3, len(lines)-2)),
		"swapped":           join(slices.Concat(lines[:11], lines[12:13], lines[11:12], lines[13:])),
	} {
		if b := broken(t, bad); b == nil || !b.Has(evidence.PlanMismatch) {
			t.Errorf("%s: %v", name, b)
		}
	}
}
