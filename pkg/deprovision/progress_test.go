package deprovision_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestOpenStatesAreNoEnds(t *testing.T) {
	t.Parallel()
	for status, end := range map[deprovision.Status]bool{
		"": false, deprovision.Held: false, deprovision.Contested: false, deprovision.Released: false, deprovision.Parked: false, deprovision.Waiting: false,
		deprovision.Succeeded: true, deprovision.SucceededWithRemainder: true, deprovision.NothingFound: true, deprovision.Planned: true,
		deprovision.Cancelled: true, deprovision.Forced: true, deprovision.Rejected: true, deprovision.Refused: true, deprovision.Failed: true,
	} {
		if status.Terminal() != end {
			t.Errorf("%q: want %t", status, end)
		}
	}
}

func full() deprovision.Progress {
	at := time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)
	return deprovision.Progress{
		Claim: &deprovision.Claim{Worker: "w"}, Park: &deprovision.Park{Seq: 1}, Stop: &deprovision.Stop{Seq: 1}, Plan: &deprovision.PlanSummary{Digest: "d"},
		Wish: &deprovision.Decision{ID: "d1"}, Answer: &deprovision.Decision{ID: "d2"}, ETA: &at, Steps: []deprovision.StepProgress{{Done: 1}},
		Remainder: []deprovision.Remainder{{Name: "n"}}, Decisions: []string{"a"}, Refusals: []string{"b"}, Approved: []string{"c"}, InDoubt: []string{"d"},
		Facts: map[string]string{"k": "v"},
	}
}

func TestCloneSharesNothingThatChanges(t *testing.T) {
	t.Parallel()
	original := full()
	p := original.Clone()
	p.Claim.Worker, p.Park.Seq, p.Stop.Seq, p.Plan.Digest, p.Wish.ID, p.Answer.ID = "x", 9, 9, "x", "x", "x"
	*p.ETA, p.Steps[0].Done, p.Remainder[0].Name, p.Facts["k"] = time.Time{}, 9, "x", "x"
	for _, list := range [][]string{p.Decisions, p.Refusals, p.Approved, p.InDoubt} {
		list[0] = "x"
	}
	want, err := json.Marshal(full())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(original); err != nil || string(got) != string(want) {
		t.Fatalf("the original changed with its clone: %s, %v", got, err)
	}
	empty, err := json.Marshal(deprovision.Progress{}.Clone())
	if none, _ := json.Marshal(deprovision.Progress{}); err != nil || string(empty) != string(none) {
		t.Fatalf("the clone of nothing is %s, %v", empty, err)
	}
}

func TestStopAcceptsWhatItOffersAndTheWaysOut(t *testing.T) {
	t.Parallel()
	stop := deprovision.Stop{Offers: []deprovision.Verb{deprovision.Retry, deprovision.Skip}}
	accepted := map[deprovision.Verb]bool{deprovision.Retry: true, deprovision.Skip: true, deprovision.Cancel: true, deprovision.Force: true}
	for _, verb := range deprovision.Verbs() {
		if stop.Accepts(verb) != accepted[verb] {
			t.Errorf("%s: want %t", verb, accepted[verb])
		}
	}
}

func ExampleProgress_Clone() {
	p := deprovision.Progress{Decisions: []string{"d1"}}
	c := p.Clone()
	c.Decisions[0] = "d2"
	fmt.Println(p.Decisions, c.Decisions)
	// Output: [d1] [d2]
}

func ExampleStop_Accepts() {
	stop := deprovision.Stop{Offers: []deprovision.Verb{deprovision.Confirm}}
	fmt.Println(stop.Accepts(deprovision.Confirm), stop.Accepts(deprovision.Skip), stop.Accepts(deprovision.Cancel))
	// Output: true false true
}
