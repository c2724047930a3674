package journal_test

import "testing"

func TestOneWorkerLeadsAndKeepsTheOffice(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	term, err := j.Lead(t.Context(), "a", 0)
	if err != nil || term == 0 {
		t.Fatal(term, err)
	}
	if other, err := j.Lead(t.Context(), "b", 0); err != nil || other != 0 {
		t.Fatal(other, err)
	}
	if again, err := j.Lead(t.Context(), "a", term); err != nil || again <= term {
		t.Fatal(again, err)
	}
	if late, err := j.Lead(t.Context(), "b", term); err != nil || late != 0 {
		t.Fatal(late, err)
	}
}
