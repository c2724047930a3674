package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// brake is the stop of a plan that would remove too much at once, and the only name that is approved there.
const brake = deprovision.StopBrake

// suggested is the decision that lets the request go on: of those offered the first that ends nothing; "" when none is offered. An approval is
// that only at the brake: to try it again there may wait for an hour, or for ever.
func suggested(p deprovision.Progress) deprovision.Verb {
	if p.Stop == nil || len(p.Stop.Offers) == 0 {
		return ""
	}
	if p.Stop.Name == brake && slices.Contains(p.Stop.Offers, deprovision.Approve) {
		return deprovision.Approve
	}
	for _, v := range p.Stop.Offers {
		if !v.Anytime() && v != deprovision.Skip && v != deprovision.Approve {
			return v
		}
	}
	return p.Stop.Offers[0]
}

// answerCommand is the whole command that answers the stop of a request: bound to this stop and this plan.
func answerCommand(p deprovision.Progress, verb deprovision.Verb) string {
	words := []string{"publisher", "decide", string(verb), p.Request.Ref().Tokens()}
	if !verb.Anytime() {
		words = append(words, "--stop", strconv.FormatUint(p.Stop.Seq, 10))
	}
	if p.Plan != nil && (verb == deprovision.Confirm || verb == deprovision.Approve) {
		words = append(words, "--plan", p.Plan.Digest)
	}
	switch verb {
	case deprovision.Confirm:
		for _, c := range p.Unacknowledged() {
			words = append(words, "--acknowledge", quote(c.Code))
		}
	case deprovision.Approve:
		if p.Stop.Name == brake {
			words = append(words, "--name", brake)
		} else if p.Plan != nil {
			for _, name := range p.Plan.Suspects {
				words = append(words, "--name", quote(name))
			}
		}
	case deprovision.Credentials:
		words = append(words, "--credential", quote("<reference>"))
	case deprovision.ManualDone:
		words = append(words, "--reason", quote("<note>"))
	}
	return strings.Join(words, " ")
}

// quote makes a word fit for a POSIX shell.
func quote(s string) string {
	s = oneLine(s)
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
