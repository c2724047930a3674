package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// rest is the bundle of the events after one, with their chain values and signatures. Each goes through change, which is given its number.
func rest(t testing.TB, header evidence.Record, change func(uint64, *deprovision.Event, *evidence.Record)) []byte {
	t.Helper()
	var out bytes.Buffer
	header.Request = request().Ref().Tokens()
	w, err := evidence.NewWriter(&out, header)
	chain, plans := event.ChainStart(request().Ref()), false
	for _, e := range story() {
		msg, failed := event.EncodeProgress(e)
		chain = event.ChainNext(chain, msg.Data)
		seq := e.Progress.Seq
		if seq <= header.After {
			continue
		}
		r := evidence.Record{Seq: seq, Chain: chain}
		if e.Progress.Status.Terminal() {
			r.Sign = event.Sign(key, chain)
		}
		change(seq, &e, &r)
		plans = plans || e.Progress.Plan != nil
		msg, changed := event.EncodeProgress(e)
		err = errors.Join(err, failed, changed, w.Event(r, msg.Data))
	}
	if plans {
		body, failed := json.Marshal(plan())
		err = errors.Join(err, failed, w.Plan(plan().Digest(), body))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// chainOf is the chain value of an event of the story; the 0th is what the first one follows.
func chainOf(t testing.TB, seq uint64) string {
	t.Helper()
	chain := event.ChainStart(request().Ref())
	for _, e := range story()[:seq] {
		msg, err := event.EncodeProgress(e)
		if err != nil {
			t.Fatal(err)
		}
		chain = event.ChainNext(chain, msg.Data)
	}
	return chain
}

func asItWas(uint64, *deprovision.Event, *evidence.Record) {}

func TestWhatIsLeftOfAJournalIsProvedByTheChainValueBeforeIt(t *testing.T) {
	t.Parallel()
	for _, after := range []uint64{1, 5, 8} {
		data := rest(t, evidence.Record{After: after, Before: chainOf(t, after)}, asItWas)
		for _, check := range []evidence.Check{{Key: public()}, {Seal: chainOf(t, 9)}} {
			sum, err := evidence.Verify(bytes.NewReader(data), check)
			if err != nil || sum.Proven != 9 || sum.Unproven != 0 || sum.After != after || sum.Before != chainOf(t, after) {
				t.Errorf("after %d: %+v, %v", after, sum, err)
			}
		}
		if _, err := evidence.Verify(bytes.NewReader(data), evidence.Check{Seal: chainOf(t, after)}); err == nil {
			t.Errorf("after %d: the seal of what is not in it proves it", after)
		}
	}
}

// TestEventBehindUnknownGroundIsNeverProved leaves out the chain value before: then anybody can write the first event anew.
func TestEventBehindUnknownGroundIsNeverProved(t *testing.T) {
	t.Parallel()
	for _, after := range []uint64{1, 5, 8} {
		data := rest(t, evidence.Record{After: after}, asItWas)
		if sum, err := verify(data); err != nil || sum.Unproven != after+1 || sum.Proven != 0 {
			t.Errorf("after %d: %+v, %v", after, sum, err)
		}
		if page := seen(report(t, data, evidence.Check{})); !strings.Contains(page, "nothing proves what it says") {
			t.Errorf("after %d: the page does not say that event %d is not proved", after, after+1)
		}
		for _, check := range []evidence.Check{{Key: public()}, {Seal: chainOf(t, 9)}, {Seal: chainOf(t, after+1)}} {
			sum, err := evidence.Verify(bytes.NewReader(data), check)
			var b *evidence.BrokenError
			if !errors.As(err, &b) || !b.Has(evidence.Unproven) || sum.Proven != 0 {
				t.Errorf("after %d: %+v, %v", after, sum, err)
			}
		}
	}
}

// TestForgedBeginningOfABundleIsNeverProved is somebody who has the file alone: the first events are left out, and the next says what they like, with
// the chain value and the signature that it had, in a file whose sums are all made anew.
func TestForgedBeginningOfABundleIsNeverProved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header evidence.Record
		want   evidence.Trouble
	}{
		"the end alone":                 {evidence.Record{After: 8}, evidence.Unproven},
		"the last events":               {evidence.Record{After: 5}, evidence.Unproven},
		"all but the first event":       {evidence.Record{After: 1}, evidence.Unproven},
		"with the true value before it": {evidence.Record{After: 5, Before: chainOf(t, 5)}, evidence.ChangedEvent},
		"with another":                  {evidence.Record{After: 5, Before: chainOf(t, 4)}, evidence.ChangedEvent},
		"with its own":                  {evidence.Record{After: 5, Before: chainOf(t, 6)}, evidence.ChangedEvent},
		"with none that could be":       {evidence.Record{After: 5, Before: "nothing"}, evidence.Changed},
		"with one before event 1":       {evidence.Record{Before: chainOf(t, 0)}, evidence.Changed},
		"an end with one":               {evidence.Record{After: 8, Before: chainOf(t, 8)}, evidence.ChangedEvent},
	} {
		data := rest(t, c.header, func(seq uint64, e *deprovision.Event, _ *evidence.Record) {
			if seq == c.header.After+1 {
				e.Progress.Detail, e.Progress.Remainder, e.Progress.Plan, e.Change.By = "FORGED", nil, nil, "mallory"
			}
		})
		if !bytes.Contains(data, []byte("FORGED")) {
			t.Fatal(name)
		}
		for _, check := range []evidence.Check{{Key: public()}, {Seal: chainOf(t, 9)}} {
			sum, err := evidence.Verify(bytes.NewReader(data), check)
			var b *evidence.BrokenError
			if !errors.As(err, &b) || !b.Has(c.want) || sum.Proven != 0 {
				t.Errorf("%s: %+v, %v, want %s", name, sum, err, c.want)
			}
		}
	}
}

// TestEventBeforeTheBeginningOfABundleIsNamed slips a forged event in before the first: nothing chains it.
func TestEventBeforeTheBeginningOfABundleIsNamed(t *testing.T) {
	t.Parallel()
	for _, after := range []uint64{5, ^uint64(0)} {
		var out bytes.Buffer
		w, err := evidence.NewWriter(&out, evidence.Record{Request: request().Ref().Tokens(), After: after, Before: chainOf(t, 0)})
		forged := story()[4]
		forged.Change.By = "mallory"
		if after > 5 {
			forged.Progress.Seq = 0
		}
		msg, failed := event.EncodeProgress(forged)
		err = errors.Join(err, failed, w.Event(evidence.Record{Seq: forged.Progress.Seq, Chain: event.ChainNext(chainOf(t, 0), msg.Data)}, msg.Data))
		for _, e := range story() {
			if after > 5 || e.Progress.Seq > after {
				r := evidence.Record{Seq: e.Progress.Seq, Chain: chainOf(t, e.Progress.Seq), Sign: event.Sign(key, chainOf(t, e.Progress.Seq))}
				msg, failed = event.EncodeProgress(e)
				err = errors.Join(err, failed, w.Event(r, msg.Data))
			}
		}
		body, failed := json.Marshal(plan())
		if err := errors.Join(err, failed, w.Plan(plan().Digest(), body), w.Close()); err != nil {
			t.Fatal(err)
		}
		sum, err := evidence.Verify(bytes.NewReader(out.Bytes()), evidence.Check{Key: public()})
		var b *evidence.BrokenError
		if !errors.As(err, &b) || !b.Has(evidence.Misplaced) || sum.Proven != 0 {
			t.Errorf("after %d: %+v, %v", after, sum, err)
		}
	}
}

// TestStatedChainValueIsOne keeps a line feed out of what stands before the data: the limit between the two could be moved.
func TestStatedChainValueIsOne(t *testing.T) {
	t.Parallel()
	data := rest(t, evidence.Record{After: 5}, func(seq uint64, _ *deprovision.Event, r *evidence.Record) {
		if seq == 6 {
			r.Chain = chainOf(t, 5) + "\n{"
		}
	})
	if b := broken(t, data); b == nil || !b.Has(evidence.Changed) || !strings.Contains(b.Error(), "event 6 has a chain value that can't be one") {
		t.Error(b)
	}
}

// anew writes a line of a whole bundle anew, with every sum made to fit.
func anew(t testing.TB, line int, change func(*evidence.Record)) []byte {
	t.Helper()
	lines := records(whole(t))
	write := func(r evidence.Record) string {
		encode := func() string {
			var out bytes.Buffer
			e := json.NewEncoder(&out)
			e.SetEscapeHTML(false)
			if err := e.Encode(r); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		r.Sum = ""
		digest := sha256.Sum256([]byte(strings.TrimSuffix(encode(), "\n")))
		r.Sum = hex.EncodeToString(digest[:16])
		return encode()
	}
	var r, last evidence.Record
	if err := errors.Join(json.Unmarshal([]byte(lines[line]), &r), json.Unmarshal([]byte(lines[closeLine]), &last)); err != nil {
		t.Fatal(err)
	}
	change(&r)
	lines[line] = write(r)
	if line != closeLine {
		last.Digest = fmt.Sprintf("sha256:%x", sha256.Sum256(join(lines[:closeLine])))
		lines[closeLine] = write(last)
	}
	return join(lines)
}

func TestRecordHoldsWhatItsKindHasAndInOneWay(t *testing.T) {
	t.Parallel()
	if data := anew(t, 5, func(*evidence.Record) {}); !bytes.Equal(data, whole(t)) {
		t.Fatal("what is changed below is not all that differs")
	}
	forged := func(r *evidence.Record) {
		r.Data = bytes.ReplaceAll(r.Data, []byte("Remove-TransportRule"), []byte("nothing"))
	}
	for name, c := range map[string]struct {
		line   int
		change func(*evidence.Record)
		want   evidence.Trouble
	}{
		"forged data beside the true base64": {5, func(r *evidence.Record) { r.Base64 = bytes.Clone(r.Data); forged(r) }, evidence.Unreadable},
		"a plan in both":                     {planLine, func(r *evidence.Record) { r.Base64 = bytes.Clone(r.Data) }, evidence.Unreadable},
		"base64 where data would do":         {5, func(r *evidence.Record) { r.Base64, r.Data = r.Data, nil }, evidence.Changed},
		"a plan in base64":                   {planLine, func(r *evidence.Record) { r.Base64, r.Data = r.Data, nil }, evidence.Changed},
		"an account in base64":               {accountLine, func(r *evidence.Record) { r.Base64, r.Data = r.Data, nil }, evidence.Changed},
		"data in the header":                 {header, func(r *evidence.Record) { r.Data = []byte("{}") }, evidence.Changed},
		"data in the closing record":         {closeLine, func(r *evidence.Record) { r.Data = []byte("{}") }, evidence.Changed},
		"a chain value in the header":        {header, func(r *evidence.Record) { r.Chain = chainOf(t, 1) }, evidence.Changed},
		"a request in an event":              {5, func(r *evidence.Record) { r.Request = "contoso.exchange-online-inline.r2" }, evidence.Changed},
		"a seal in an event":                 {5, func(r *evidence.Record) { r.Seal = chainOf(t, 5) }, evidence.Changed},
		"a digest in an event":               {5, func(r *evidence.Record) { r.Digest = plan().Digest() }, evidence.Changed},
		"a signature in a plan":              {planLine, func(r *evidence.Record) { r.Sign = event.Sign(key, chainOf(t, 9)) }, evidence.Changed},
		"a number in the account's record":   {accountLine, func(r *evidence.Record) { r.Seq = 10 }, evidence.Changed},
		"a signature in the closing record":  {closeLine, func(r *evidence.Record) { r.Sign = event.Sign(key, chainOf(t, 9)) }, evidence.Changed},
	} {
		sum, err := evidence.Verify(bytes.NewReader(anew(t, c.line, c.change)), evidence.Check{Key: public()})
		var b *evidence.BrokenError
		if !errors.As(err, &b) || !b.Has(c.want) || sum.Proven != 0 {
			t.Errorf("%s: %+v, %v, want %s", name, sum, err, c.want)
		}
	}
}
