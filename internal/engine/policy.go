package engine

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Back-off of transient failures: 5 s, 10 s, 20 s … 1 h, for about a day, then a person decides.
const (
	firstBackOff = 5 * time.Second
	maxBackOff   = time.Hour
	maxAttempts  = 33
)

// conclude turns how a run of a step went into the entry that says so. It is the one place that decides about failures.
func (a *attempt) conclude(p deprovision.Progress, step string, r Result, failure error) entry {
	now := a.Clock.Now()
	if failure == nil {
		return a.concludeResult(step, r, now)
	}
	x := entry{kind: deprovision.ParkedRequest, step: step, detail: failure.Error()}
	class := deprovision.ClassOf(failure)
	if class == deprovision.Unknown || errors.Is(failure, errPanicked) { // it may have panicked behind a call
		doubt := a.doubt(a.drainless(), p)
		x.finish = func(p *deprovision.Progress) { p.MaybeCalled = doubt }
	}
	switch {
	case class == deprovision.Throttled:
		wait := retryAfter(failure)
		x.then = parkUntil(now.Add(wait+spread(p.Request.Ref(), wait)), fmt.Sprintf("throttled: %v", failure))
	case class == deprovision.Forbidden || class == deprovision.Malformed || p.Attempts >= maxAttempts:
		finish := x.finish
		x = a.stopFailed(p, class, failure)
		x.finish = finish
	default:
		wait := backOff(p.Attempts)
		if class == deprovision.Unknown { // a service that is not available may say for how long
			wait = max(wait, retryAfter(failure))
		}
		until := now.Add(wait)
		park := parkUntil(until, fmt.Sprintf("trying again: %v", failure))
		x.then = func(p *deprovision.Progress) {
			p.Attempts++
			if p.Step < len(p.Steps) {
				p.Steps[p.Step].Error = clip(failure.Error())
			}
			park(p)
		}
	}
	return x
}

func backOff(attempts int) time.Duration {
	return min(firstBackOff<<min(attempts, 20), maxBackOff)
}

func retryAfter(err error) time.Duration {
	if f, ok := errors.AsType[*deprovision.Failure](err); ok {
		return max(f.RetryAfter, time.Second)
	}
	return time.Second
}

// spread keeps requests that were parked by the same throttling from waking all at once: up to half of the wait, at least 2 s wide,
// always the same for one request.
func spread(ref deprovision.Ref, wait time.Duration) time.Duration {
	window := max(wait/2, 2*time.Second)
	sum := fnv.New32a()
	sum.Write([]byte(ref.Tokens()))
	return time.Duration(uint64(sum.Sum32()) * uint64(window) >> 32)
}

// stopFailed opens the stop "failed" at the current step.
func (e *Engine) stopFailed(p deprovision.Progress, class deprovision.Class, cause error) entry {
	name := "the end"
	if p.Step < len(p.Steps) {
		name = p.Steps[p.Step].Name
	}
	detail := clip(fmt.Sprintf("%s failed: %v", name, cause))
	offers := []deprovision.Verb{deprovision.Retry, deprovision.Skip, deprovision.Force, deprovision.Cancel}
	if class == deprovision.Forbidden || p.Credential != "" {
		offers = append(offers, deprovision.Credentials)
	}
	wait := e.waitAt(deprovision.Stop{Name: deprovision.StopFailed, Detail: detail, Offers: offers})
	return entry{kind: deprovision.Stopped, step: name, detail: detail, then: func(p *deprovision.Progress) {
		if p.Step < len(p.Steps) {
			p.Steps[p.Step].State, p.Steps[p.Step].Error = deprovision.StepFailed, clip(cause.Error())
		}
		wait(p)
	}}
}

// clip shortens a text for the progress document.
func clip(s string) string { return cut(s, 500) }

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
