package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// patience lets every stop but "confirm" expire, whose step sets a time of its own.
func patience(c *engine.Config) {
	c.Expiry = func(_ deprovision.Request, stop string) time.Duration {
		return map[string]time.Duration{deprovision.StopFailed: 3 * time.Hour, deprovision.StopRecovered: time.Hour, deprovision.StopConfirm: time.Minute}[stop]
	}
}

func TestStopsExpireByPolicyAndSaySo(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", patience)
		r.failing["remove-connector"] = []error{&deprovision.Failure{Class: deprovision.Forbidden, Err: errors.New("no")}}
		w.handle(t.Context(), confirmed())
		time.Sleep(24 * time.Hour)
		opened := time.Now()
		w.handle(t.Context(), r.wakeUps()[0])
		p := r.state()
		if p.Stop == nil || p.Stop.Expires == nil || !p.Stop.Expires.Equal(opened.Add(3*time.Hour)) {
			t.Fatalf("%s, %+v", p.Status, p.Stop)
		}
		until := "It can be answered until " + p.Stop.Expires.Format(time.RFC3339) + "; then the request is cancelled, and what is left is named."
		if strings.Count(p.Stop.Detail, until) != 1 || !strings.HasPrefix(p.Stop.Detail, "remove-connector failed") {
			t.Errorf("the stop says %q", p.Stop.Detail)
		}
		time.Sleep(3 * time.Hour)
		late, told := r.decide(deprovision.Retry, "d1", p.Stop.Seq)
		r.want(w.handle(t.Context(), late), engine.Ack, deprovision.Waiting)
		if len(*told) != 1 || !strings.Contains((*told)[0], "the stop failed expired at "+p.Stop.Expires.Format(time.RFC3339)) {
			t.Errorf("the late sender was told %q", *told)
		}
		wakes := r.wakeUps()
		r.want(w.handle(t.Context(), wakes[len(wakes)-1]), engine.Ack, deprovision.Cancelled)
		p = r.state()
		if !strings.Contains(p.Detail, "nobody decided in time at the stop failed") || !strings.Contains(p.Detail, "removed before: 2") ||
			len(p.Remainder) != 1 || p.Remainder[0].Name != "connector" || r.account().Open != "" {
			t.Errorf("%q leaves %+v", p.Detail, p.Remainder)
		}
		after, told := r.decide(deprovision.Retry, "d2", 0)
		w.handle(t.Context(), after)
		if len(*told) != 1 || !strings.Contains((*told)[0], "the request has ended: cancelled") {
			t.Errorf("after the end the sender was told %q", *told)
		}
	})
}

func TestStopWhoseStepSetsItsTimeKeepsIt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.worker("w1", patience).handle(t.Context(), submit())
		if s := r.state().Stop; s.Expires == nil || !s.Expires.Equal(time.Now().Add(48*time.Hour)) || !strings.Contains(s.Detail, "It can be answered until") {
			t.Errorf("%+v", s)
		}
	})
}

func TestStopThatHasNoTimeSaysNothingOfOne(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["remove-rules"] = []error{&deprovision.Failure{Class: deprovision.Forbidden, Err: errors.New("no")}}
		r.worker("w1").handle(t.Context(), confirmed())
		if s := r.state().Stop; s == nil || s.Expires != nil || strings.Contains(s.Detail, "answered until") || len(r.wakeUps()) != 0 {
			t.Errorf("%+v, wake-ups %v", s, r.wakeUps())
		}
	})
}

func TestRecoveredRequestExpiresLikeAnyStop(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", patience)
		w.handle(t.Context(), submit())
		s := w.Recovered(t.Context(), r.state()).Progress.Stop
		if s == nil || s.Name != deprovision.StopRecovered || s.Expires == nil || !s.Expires.Equal(time.Now().Add(time.Hour)) {
			t.Errorf("%+v", s)
		}
	})
}

// twoPeople lets nobody decide about a request who asked for it.
func twoPeople(c *engine.Config) {
	c.MayDecide = func(p deprovision.Progress, d deprovision.Decision) string {
		if d.DecidedBy == p.Request.RequestedBy {
			return "a second person has to"
		}
		return ""
	}
}

func TestDecisionThatThePolicyTurnsDownIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", twoPeople)
		w.handle(t.Context(), submit())
		before := r.state()
		own, told := r.decide(deprovision.Confirm, "d1", before.Stop.Seq)
		own.Decision.DecidedBy = before.Request.RequestedBy
		r.want(w.handle(t.Context(), own), engine.Ack, deprovision.Waiting)
		events := r.events()
		last := events[len(events)-1].Change
		if last.Kind != deprovision.DecisionRefused || last.Detail != "a second person has to" || len(*told) != 1 || (*told)[0] != last.Detail {
			t.Errorf("%+v, told %q", last, *told)
		}
		other, _ := r.decide(deprovision.Confirm, "d2", before.Stop.Seq)
		r.want(w.handle(t.Context(), other), engine.Ack, deprovision.Parked)
	})
}

func TestWishThatThePolicyTurnsDownStopsNobody(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", twoPeople)
		cancel, told := r.decide(deprovision.Cancel, "d1", 0)
		cancel.Decision.DecidedBy = request().RequestedBy
		r.on(func(_, object string) {
			if object == "rule-1" {
				w.handle(t.Context(), cancel)
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		if p := r.state(); p.Wish != nil || p.Removed != 2 || len(*told) != 1 || (*told)[0] == "" {
			t.Errorf("wish %+v, removed %d, told %q", p.Wish, p.Removed, *told)
		}
	})
}

func TestWhatARequestApprovesByNameCountsWhenWhoAskedMayApprove(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change []func(*engine.Config)
		want   int
	}{
		"nobody says who may":   {nil, 1},
		"another person has to": {[]func(*engine.Config){twoPeople}, 0},
		"who asked may, by the policy": {[]func(*engine.Config){func(c *engine.Config) {
			c.MayDecide = func(_ deprovision.Progress, d deprovision.Decision) string {
				if d.Verb == deprovision.Approve && d.DecidedBy == request().RequestedBy {
					return ""
				}
				return "no"
			}
		}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				ask := submit()
				ask.Request.Options.ApproveByName = []string{"a suspect"}
				r.worker("w1", tc.change...).handle(t.Context(), ask)
				if got := r.state().Approved; len(got) != tc.want {
					t.Errorf("approved: %v", got)
				}
			})
		})
	}
}
