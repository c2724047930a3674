package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestFailureIsJudgedByItsClass(t *testing.T) {
	t.Parallel()
	fail := func(c deprovision.Class) error {
		return fmt.Errorf("step: %w", &deprovision.Failure{Class: c, API: "exchange", RetryAfter: time.Minute, Err: errors.New("no")})
	}
	for name, tc := range map[string]struct {
		err   error
		want  deprovision.Status
		check func(p deprovision.Progress) bool
	}{
		"throttled parks for the advertised time and a spread": {fail(deprovision.Throttled), deprovision.Parked, func(p deprovision.Progress) bool {
			wait := p.Park.Until.Sub(p.Updated)
			return wait >= time.Minute && wait <= 90*time.Second && p.Attempts == 0
		}},
		"transient parks with back-off": {fail(deprovision.Transient), deprovision.Parked, func(p deprovision.Progress) bool {
			return p.Attempts == 1 && p.Park.Until.Sub(p.Updated) == 5*time.Second
		}},
		"unknown parks and marks the artifact as maybe called": {fail(deprovision.Unknown), deprovision.Parked, func(p deprovision.Progress) bool {
			return p.MaybeCalled == "rule-1"
		}},
		"forbidden stops and offers credentials": {fail(deprovision.Forbidden), deprovision.Waiting, func(p deprovision.Progress) bool {
			return p.Stop.Name == "failed" && slices.Contains(p.Stop.Offers, deprovision.Credentials)
		}},
		"invalid stops": {fail(deprovision.Malformed), deprovision.Waiting, func(p deprovision.Progress) bool {
			return p.Stop.Name == "failed" && !slices.Contains(p.Stop.Offers, deprovision.Credentials)
		}},
		"an error without a class counts as transient": {errors.New("odd"), deprovision.Parked, func(p deprovision.Progress) bool { return p.Attempts == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				r.failing["remove-rules"] = []error{tc.err}
				r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Ack, tc.want)
				if p := r.state(); !tc.check(p) {
					t.Errorf("park %+v stop %+v attempts %d maybe %q", p.Park, p.Stop, p.Attempts, p.MaybeCalled)
				}
			})
		})
	}
}

func TestTransientFailuresStopAfterAboutADay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		for range 50 {
			r.failing["remove-rules"] = append(r.failing["remove-rules"], errors.New("reset by peer"))
		}
		start := time.Now()
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		for r.state().Status == deprovision.Parked {
			time.Sleep(time.Until(r.state().Park.Until))
			w.handle(t.Context(), r.wakeUps()[0])
		}
		if took := time.Since(start); r.state().Status != deprovision.Waiting || took < 20*time.Hour || took > 28*time.Hour {
			t.Errorf("%s after %s", r.state().Status, took)
		}
	})
}

func TestPanicOfAStepStopsTheRequestNotTheWorker(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.on(func(string, string) { panic("bad document") })
		r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Ack, deprovision.Waiting)
		if p := r.state(); p.Stop.Name != "failed" || !strings.Contains(p.Stop.Detail, "bad document") {
			t.Errorf("stop %+v", p.Stop)
		}
	})
}
