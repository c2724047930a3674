package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRequestTooLargeForADocumentIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		s := submit()
		for i := range 100 {
			s.Request.Options.ApproveByName = append(s.Request.Options.ApproveByName, fmt.Sprintf("%03d %s", i, strings.Repeat("x", 200)))
		}
		if err := s.Request.Validate(); err != nil {
			t.Fatal(err)
		}
		v := r.worker("w1").handle(t.Context(), s)
		if v.Fate == engine.Silent || r.state().Seq == 0 {
			t.Errorf("fate %+v, events %d: the request comes again and again, and nobody is told", v, len(r.events()))
		}
	})
}

func TestDecisionTooLargeForADocumentIsAnswered(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		d, told := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		for i := range 200 {
			d.Decision.Names = append(d.Decision.Names, fmt.Sprintf("%03d %s", i, strings.Repeat("x", 200)))
		}
		if err := d.Decision.Validate(); err != nil {
			t.Fatal(err)
		}
		v := w.handle(t.Context(), d)
		if v.Fate == engine.Silent || len(*told) == 0 {
			t.Errorf("fate %+v, told %q", v, *told)
		}
	})
}

func TestFailureOfAnyLengthParks(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["remove-rules"] = []error{errors.New(strings.Repeat("x", 40_000))}
		v := r.worker("w1").handle(t.Context(), confirmed())
		r.want(v, engine.Ack, deprovision.Parked)
	})
}

func TestShortenedListCountsAllThatItStandsFor(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.plan.Artifacts = nil
		for i := range 100_000 {
			r.plan.Artifacts = append(r.plan.Artifacts, deprovision.Artifact{ID: fmt.Sprint(i), Name: fmt.Sprintf("rule number %d", i), Step: "remove-rules"})
		}
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		w.handle(t.Context(), cancel)
		list := r.state().Remainder
		var more int
		if _, err := fmt.Sscanf(list[len(list)-1].Name, "… and %d more", &more); err != nil {
			t.Fatal(err)
		}
		if got := len(list) - 1 + more; got != 100_000 {
			t.Errorf("the list accounts for %d of 100000: %q", got, list[len(list)-1].Name)
		}
	})
}

func TestDocumentStaysUnderItsLimitWithAHundredThousandArtifacts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.plan.Artifacts = nil
		for i := range 100_000 {
			r.plan.Artifacts = append(r.plan.Artifacts, deprovision.Artifact{ID: fmt.Sprint(i), Name: fmt.Sprintf("rule number %d", i), Step: "remove-rules"})
		}
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.want(w.handle(t.Context(), cancel), engine.Ack, deprovision.Cancelled)
		body, err := json.Marshal(r.state())
		if err != nil || len(body) > deprovision.MaxProgress {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		list := r.state().Remainder
		if last := list[len(list)-1].Name; !strings.HasSuffix(last, "more") {
			t.Errorf("the list ends in %q", last)
		}
	})
}
