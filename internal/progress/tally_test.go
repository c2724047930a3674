package progress_test

import (
	"errors"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// tally counts the requests of contoso.
func tally(tb testing.TB, p *progress.Picture) map[deprovision.Status]int {
	tb.Helper()
	counts, err := p.Tally(tb.Context(), "contoso")
	if err != nil || len(counts) != 1 {
		tb.Fatalf("%v, %v", counts, err)
	}
	return counts[0]
}

func TestTallyIsExactThroughEveryMove(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{Incarnation: "a"})
		all := crowd(100)
		rebuild(t, p, 100, all...)
		for i, moved := range all {
			if i%3 == 0 {
				moved.Seq, moved.Status = 2, deprovision.Cancelled
				apply(t, p, 101+uint64(i), moved)
			}
		}
		counts, err := p.Tally(t.Context(), "contoso", "fabrikam", "nobody")
		if err != nil || len(counts) != 3 {
			t.Fatalf("%v, %v", counts, err)
		}
		for i, tenant := range []string{"contoso", "fabrikam", "nobody"} {
			for status, n := range counts[i] {
				if want := len(listed(t, p, engine.Filter{Tenant: tenant, Status: status})); n != want {
					t.Errorf("%s has %d that are %s, want %d", tenant, n, status, want)
				}
			}
		}
		if got := counts[0][deprovision.Cancelled] + counts[1][deprovision.Cancelled]; got != 34 {
			t.Errorf("%d were cancelled", got)
		}
		if got, err := p.Tally(t.Context()); got != nil || err != nil {
			t.Errorf("of no tenant: %v, %v", got, err)
		}
	})
}

// A number that is nearly right is not told.
func TestTallyOfAPictureThatIsNotCompleteFails(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{Incarnation: "a"})
		fails := func(why string) {
			t.Helper()
			if counts, err := p.Tally(t.Context(), "contoso"); !errors.Is(err, progress.ErrIncomplete) {
				t.Errorf("%s: %v, %v", why, counts, err)
			}
		}
		apply(t, p, 1, document(1, 1))
		fails("a picture that nobody has built")
		rebuild(t, p, 2, document(1, 1), document(2, 1))
		if got := tally(t, p)[deprovision.Held]; got != 2 {
			t.Errorf("%d are held", got)
		}
		const held = "deprovision:{index}:in:contoso:held"
		if err := t.client.ZRem(t.Context(), held, t.client.ZRange(t.Context(), held, 0, 0).Val()).Err(); err != nil {
			t.Fatal(err)
		}
		fails("a request that an older worker wrote")
		wantWatermark(t, p, 2, true)
		if err := t.client.HDel(t.Context(), "deprovision:{index}:watermark", "form").Err(); err != nil {
			t.Fatal(err)
		}
		fails("a picture that an older worker built")
		wantWatermark(t, p, 0, false) // so that it is built anew
		rebuild(t, p, 2, document(1, 1), document(2, 1))
		if got := tally(t, p)[deprovision.Held]; got != 2 {
			t.Errorf("%d are held", got)
		}
		if err := p.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		apply(t, p, 3, document(1, 1))
		fails("a picture that is being built")
	})
}
