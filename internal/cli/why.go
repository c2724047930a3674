package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// why answers "why is it not moving?" in one line.
func why(p deprovision.Progress, now time.Time) string {
	switch p.Status {
	case deprovision.Held, deprovision.Contested:
		return oneLine(held(p, now))
	case deprovision.Released:
		return "its worker gave it back; the next free worker takes it" + since(p, now)
	case deprovision.Parked:
		return oneLine(parked(p, now))
	case deprovision.Waiting:
		return oneLine(waiting(p, now))
	}
	line := "it ended as " + string(p.Status)
	if p.Detail != "" {
		line += ": " + p.Detail
	}
	return oneLine(line)
}

func held(p deprovision.Progress, now time.Time) string {
	if p.Claim == nil {
		return "held by a worker" + since(p, now)
	}
	line := fmt.Sprintf("held by worker %s%s", p.Claim.Worker, doing(p))
	lease := time.Duration(p.Claim.Lease)
	if p.Status == deprovision.Contested {
		line += fmt.Sprintf("; %s ago another worker doubted that it lives, and takes over unless it writes within %s", span(now.Sub(p.Updated)), span(lease))
	} else {
		line += fmt.Sprintf("; last sign of life %s ago", span(now.Sub(p.Updated)))
	}
	switch {
	case p.Status == deprovision.Contested:
	case lease > 0 && now.Sub(p.Updated) > lease:
		line += fmt.Sprintf(", longer than its lease of %s: the sweeper has it taken over", span(lease))
	}
	if p.Wish != nil {
		line += fmt.Sprintf("; %s was decided by %s and is obeyed next", p.Wish.Verb, p.Wish.DecidedBy)
	}
	return line
}

// doing names the current step and how far it is.
func doing(p deprovision.Progress) string {
	if p.Step < 0 || p.Step >= len(p.Steps) {
		return ""
	}
	step := p.Steps[p.Step]
	if step.Total > 0 {
		return fmt.Sprintf(" at step %s (%d of %d)", step.Name, step.Done, step.Total)
	}
	return " at step " + step.Name
}

func parked(p deprovision.Progress, now time.Time) string {
	if p.Park == nil {
		return "parked" + since(p, now)
	}
	left := p.Park.Until.Sub(now)
	if left <= 0 {
		return fmt.Sprintf("parked, and due since %s: a worker takes it up at its wake-up, or the sweeper has it taken up; is a worker running? (%s)",
			span(left), p.Park.Reason)
	}
	return fmt.Sprintf("parked until %s (in %s), because: %s", stamp(p.Park.Until), span(left), p.Park.Reason)
}

func waiting(p deprovision.Progress, now time.Time) string {
	if p.Stop == nil {
		return "waits for a decision" + since(p, now)
	}
	line := "waits at stop " + p.Stop.Name
	if p.Stop.Detail != "" {
		line += " (" + p.Stop.Detail + ")"
	}
	if verb := suggested(p); verb != "" {
		line += "; answer with: " + answerCommand(p, verb)
	}
	if others := otherOffers(p); others != "" {
		line += "; also offered: " + others
	}
	return line + expiry(*p.Stop, now)
}

// expiry tells until when a stop can be answered, and what follows.
func expiry(s deprovision.Stop, now time.Time) string {
	switch {
	case s.Expires == nil:
		return ""
	case !s.Expires.After(now):
		return "; it expired at " + stamp(*s.Expires) + ", and is cancelled next"
	}
	return fmt.Sprintf("; it expires at %s (in %s), then it is cancelled", stamp(*s.Expires), span(s.Expires.Sub(now)))
}

func otherOffers(p deprovision.Progress) string {
	var out []string
	first := suggested(p)
	for _, v := range p.Stop.Offers {
		if v != first {
			out = append(out, string(v))
		}
	}
	return strings.Join(out, ", ")
}

func since(p deprovision.Progress, now time.Time) string {
	return " (since " + span(now.Sub(p.Updated)) + ")"
}

func whyQueued(q client.Queued, now time.Time) string {
	return fmt.Sprintf("queued since %s, no worker has taken it: is one running that knows the tenant %s?", span(now.Sub(q.At)), q.Request.Tenant)
}

func whyDead(d client.DeadLetter) string {
	line := fmt.Sprintf("set aside as dead letter %d, because: %s", d.Seq, d.Reason)
	if d.Detail != "" {
		line += " (" + d.Detail + ")"
	}
	return oneLine(line + fmt.Sprintf("; look with: publisher deadletter show %d", d.Seq))
}
