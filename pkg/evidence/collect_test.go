package evidence_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// world is a server with a journal on it.
type world struct {
	nc      *nats.Conn
	journal *journal.Journal
	client  *client.Client
}

func serve(t testing.TB) *world {
	t.Helper()
	s := natstest.Provision(t)
	w := &world{nc: s.Conn, journal: s.Journal}
	w.journal.Seal = func(chain string) string { return event.Sign(key, chain) }
	var err error
	if w.client, err = client.New(w.nc, client.Options{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// writes appends events as a worker does, and stores plan and account.
func (w *world) writes(t testing.TB, events []deprovision.Event) {
	t.Helper()
	_, err := w.journal.Accounts().Put(t.Context(), account(), 0)
	if err == nil {
		err = w.journal.PutPlan(t.Context(), plan())
	}
	revision := uint64(0)
	for _, e := range events {
		if err == nil {
			revision, err = w.journal.Append(t.Context(), request().Ref(), revision, e)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func options() evidence.Options {
	return evidence.Options{By: "test", Now: func() time.Time { return noon }}
}

func TestBundleOfAJournalIsWholeAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.writes(t, story())
	var one, two bytes.Buffer
	sum, err := evidence.Collect(t.Context(), w.client, request().Ref(), &one, options())
	if err != nil || sum.Events != 9 || sum.Plans != 1 || !sum.Ended {
		t.Fatalf("%+v, %v", sum, err)
	}
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &two, options()); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Errorf("the second differs, %v", err)
	}
	last, err := w.client.Last(t.Context(), request().Ref())
	if err != nil {
		t.Fatal(err)
	}
	got, err := evidence.Verify(&one, evidence.Check{Seal: last.Chain, Key: public()})
	if err != nil || got.Proven != 9 || got.Seal != sum.Seal || got.Seal != last.Chain || got.Sign != last.Signature {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(records(two.Bytes())); n != 13 {
		t.Errorf("%d records", n)
	}
}

func TestNothingIsCollectedOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := serve(t)
	var out bytes.Buffer
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &out, options()); !errors.Is(err, client.ErrUnknownRequest) || out.Len() > 0 {
		t.Fatal(err)
	}
	w.writes(t, story())
	if done, err := w.journal.Archive(t.Context(), journal.Retention{Journal: time.Nanosecond}); err != nil || done.Events != 8 {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &out, options()); !errors.Is(err, client.ErrArchived) || out.Len() > 0 {
		t.Fatal(err)
	}
	o := options()
	o.Rest = true
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &out, o); err != nil {
		t.Fatal(err)
	}
	if sum, err := evidence.Verify(&out, evidence.Check{Key: public()}); err != nil || sum.After != 8 || sum.Events != 1 || sum.Unproven != 0 || sum.Proven != 9 {
		t.Fatalf("%+v, %v", sum, err)
	}
}

// tampered writes another story's message into the stream in the place of the next event, as somebody could who may write there.
func (w *world) tampered(t *testing.T, e deprovision.Event, chain string) {
	t.Helper()
	msg, err := event.EncodeProgress(e)
	if err != nil {
		t.Fatal(err)
	}
	event.SetLink(msg, event.Link{Chain: chain})
	js, err := jetstream.New(w.nc)
	if err == nil {
		_, err = js.PublishMsg(t.Context(), msg)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrokenJournalIsBundledAndTheBreakIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chain string
		text  string
	}{
		"another chain value": {event.ChainStart(request().Ref()), "event 6"},
		"no chain value":      {"", ""}, // as an older worker would: the next value covers it
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := serve(t)
			events := story()
			w.writes(t, events[:5])
			w.tampered(t, events[5], c.chain)
			last, err := w.client.Last(t.Context(), request().Ref())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events[6:] {
				if last.Revision, err = w.journal.Append(t.Context(), request().Ref(), last.Revision, e); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &out, options()); err != nil {
				t.Fatal(err)
			}
			sum, err := evidence.Verify(&out, evidence.Check{})
			if c.text == "" {
				if err != nil || sum.Unchained != 1 {
					t.Errorf("%+v, %v", sum, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v, want %s", err, c.text)
			}
		})
	}
}

func TestPlanThatIsGoneIsNamed(t *testing.T) {
	t.Parallel()
	w := serve(t)
	events := story()
	for i := 1; i < len(events); i++ {
		events[i].Progress.Plan.Digest = "sha256:" + strings.Repeat("0", 64)
	}
	w.writes(t, events)
	var out bytes.Buffer
	if _, err := evidence.Collect(t.Context(), w.client, request().Ref(), &out, options()); err != nil {
		t.Fatal(err)
	}
	var b *evidence.BrokenError
	if _, err := evidence.Verify(&out, evidence.Check{}); !errors.As(err, &b) || !b.Has(evidence.MissingPlan) {
		t.Error(err)
	}
}

func Example() {
	var file bytes.Buffer // made by Collect
	file.Write(whole(exampleT{}))
	changed := bytes.Replace(file.Bytes(), []byte("Remove-TransportRule"), []byte("Remove-TransportRole"), 1)
	sum, err := evidence.Verify(&file, evidence.Check{Key: public()})
	fmt.Println(sum.Request, sum.Status, sum.Proven, err)
	_, err = evidence.Verify(bytes.NewReader(changed), evidence.Check{})
	if broken, ok := errors.AsType[*evidence.BrokenError](err); ok {
		fmt.Println(broken.Problems[0].Trouble, broken.Problems[0].Event)
	}
	// Output:
	// contoso.exchange-online-inline.r1 succeeded-with-remainder 9 <nil>
	// changed-event 5
}

// A page for people, made from the bundle in a file.
func ExampleReport() {
	bundle := bytes.NewReader(whole(exampleT{}))
	var page bytes.Buffer
	sum, err := evidence.Report(bundle, &page, evidence.Check{Key: public()})
	fmt.Println(sum.Events, "events,", strings.Contains(page.String(), "Looked at it with the mail team."), err)
	// Output: 9 events, true <nil>
}

// As an HTTP handler gives out the bundle of a request, or with Accept: text/html the page.
func ExampleCollect() {
	var connected *client.Client // made by client.Connect
	_ = func(w http.ResponseWriter, r *http.Request) {
		ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: r.PathValue("request")}
		collect := evidence.Collect
		if r.Header.Get("Accept") == "text/html" {
			collect = evidence.CollectReport
		}
		sum, err := collect(r.Context(), connected, ref, w, evidence.Options{By: "my-service"})
		if err != nil {
			panic(http.ErrAbortHandler) // what was written is no bundle
		}
		fmt.Println("the seal to note:", sum.Seal)
	}
	// Output:
}

// exampleT stands for a test where an example needs one.
type exampleT struct{ testing.TB }

func (exampleT) Helper() {}
