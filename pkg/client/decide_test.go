package client_test

import (
	"errors"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestDecisionIsAnsweredByAWorker(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]string{"accepted": "", "refused": "it names stop 3, the request waits at stop 7"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := provisioned(t)
			got := w.server.Answers(refusal)
			answer, err := w.client.Decide(t.Context(), cancelling())
			if err != nil || answer.Accepted != (refusal == "") || answer.Refusal != refusal {
				t.Fatalf("%+v, %v", answer, err)
			}
			if d := <-got; d.ID != "d1" || d.Verb != deprovision.Cancel {
				t.Fatalf("%+v", d)
			}
		})
	}
}

// impatient is a client whose calls end soon: for what nobody answers.
func (w *world) impatient() *client.Client {
	w.t.Helper()
	c, err := client.Connect(w.server.URL(), client.Options{Timeout: 500 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

func TestUnansweredDecisionIsKept(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if _, err := w.impatient().Decide(t.Context(), cancelling()); !errors.Is(err, client.ErrNoAnswer) {
		t.Fatal(err)
	}
	js, err := w.nc.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := js.StreamInfo(journal.DecisionStream); err != nil || info.State.Msgs != 1 {
		t.Fatalf("%+v, %v", info, err)
	}
}

func TestLostAnswerIsFoundInTheJournal(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.append(deprovision.Held, func(e *deprovision.Event) { e.Progress.Decisions = []string{"d1"} })
	c := w.impatient()
	if answer, err := c.Decide(t.Context(), cancelling()); err != nil || !answer.Accepted {
		t.Fatalf("%+v, %v", answer, err)
	}
	late := cancelling()
	late.ID = "d2"
	j.append(deprovision.Held, func(e *deprovision.Event) {
		e.Progress.Refusals = []string{"d2"}
		e.Change = deprovision.Change{ID: "x", Kind: deprovision.DecisionRefused, Detail: "too late", Decision: &late}
	})
	if answer, err := c.Decide(t.Context(), late); err != nil || answer.Accepted || answer.Refusal != "too late" {
		t.Fatalf("%+v, %v", answer, err)
	}
}

func TestLostAnswerOfAnotherDecisionIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	kept := cancelling()
	w.writes(request()).append(deprovision.Held, func(e *deprovision.Event) {
		e.Progress.Decisions, e.Change.Decision = []string{"d1"}, &kept
	})
	c := w.impatient()
	other := cancelling()
	other.Verb = deprovision.Force
	var taken *client.ConflictError
	if answer, err := c.Decide(t.Context(), other); !errors.As(err, &taken) || taken.Kind != "decision" {
		t.Fatalf("%+v, %v", answer, err)
	}
	if answer, known, err := c.Decided(t.Context(), kept); err != nil || !known || !answer.Accepted {
		t.Fatalf("%+v, %t, %v", answer, known, err)
	}
	other.ID = "d2"
	if answer, known, err := c.Decided(t.Context(), other); err != nil || known {
		t.Fatalf("%+v, %v", answer, err)
	}
}

func TestBadDecisionIsNotSent(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	d := cancelling()
	d.Verb = deprovision.Confirm
	var invalid *deprovision.Invalid
	if _, err := w.client.Decide(t.Context(), d); !errors.As(err, &invalid) || invalid.Field != "stop" {
		t.Fatal(err)
	}
}
