package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// dialog makes a decision of what a person says. Its stop, and the plan where one is confirmed, are those that the person was shown.
type dialog struct {
	*app
	*talk
	client *client.Client
	state  deprovision.Progress
	by     string
}

// decision asks for what the verb needs. It is [errNotConfirmed] when the person does not want it after all.
func (d *dialog) decision(ctx context.Context, verb deprovision.Verb) (deprovision.Decision, error) {
	r := d.state.Request
	out := deprovision.Decision{ID: client.NewID(), Tenant: r.Tenant, Service: r.Service, Request: r.ID, Verb: verb, Stop: d.state.Stop.Seq, DecidedBy: d.by}
	if words := aftermath(verb, d.state); words != "" {
		if err := d.say("\n%s", words); err != nil {
			return out, err
		}
	}
	err := d.needed(ctx, &out)
	if err == nil {
		err = d.reason(ctx, &out)
	}
	if err == nil {
		err = out.ValidateInput() // also that nothing in it looks like a secret
	}
	if err != nil {
		return out, err
	}
	switch {
	case destroys(out):
		err = d.account(ctx, r)
	case verb == deprovision.Cancel:
		err = d.yes(ctx, "Cancel it?")
	}
	return out, err
}

// needed asks for what only this verb needs.
func (d *dialog) needed(ctx context.Context, out *deprovision.Decision) error {
	switch out.Verb {
	case deprovision.Confirm, deprovision.Approve:
		plan, err := d.plan(ctx)
		if err != nil {
			return err
		}
		out.PlanDigest = plan.Digest()
		switch {
		case out.Verb == deprovision.Confirm:
			return d.acknowledge(ctx, d.state, out)
		case d.state.Stop.Name == brake:
			out.Names = []string{brake}
			return nil
		}
		return d.suspects(ctx, plan, out)
	case deprovision.Credentials:
		return d.credential(ctx, out)
	}
	return nil
}

// plan shows the plan that the request waits with.
func (d *dialog) plan(ctx context.Context) (deprovision.Plan, error) {
	plan, err := d.app.presentPlan(ctx, d.client, d.state)
	if err == nil {
		err = d.printPlan(plan, planRows)
	}
	return plan, err
}

// suspects has those named that may go, by their numbers in a list.
func (d *dialog) suspects(ctx context.Context, plan deprovision.Plan, out *deprovision.Decision) error {
	err := d.say("")
	for i, s := range plan.Suspects {
		err = errors.Join(err, d.say("%3d  %s", i+1, oneLine(s.Name)), d.say("     %s", oneLine(string(s.Kind)+" "+s.ID+", "+s.Match)))
	}
	if err != nil {
		return err
	}
	typed, err := d.ask(ctx, "Which of them may go? Their numbers, with commas:")
	if err != nil {
		return err
	}
	var names []string
	for word := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(plan.Suspects) {
			return &usageError{fmt.Errorf("%s is no number of the list", quote(word))}
		}
		s := plan.Suspects[n-1]
		name := s.Name
		if plan.Approves(name) != "" { // of several with this name
			name = s.ID
		}
		out.Names, names = append(out.Names, name), append(names, oneLine(s.Name))
	}
	if len(names) == 0 {
		return errNotConfirmed
	}
	return d.yes(ctx, "These may go, once a new plan with them is confirmed: "+strings.Join(names, ", ")+".")
}

// credential asks for a reference. A secret that was typed instead is not repeated, and never sent.
func (d *dialog) credential(ctx context.Context, out *deprovision.Decision) error {
	ref, err := d.ask(ctx, "Name of a credential in the worker's configuration (never a secret itself):")
	switch {
	case err != nil:
		return err
	case ref == "":
		return errNotConfirmed
	case deprovision.LooksSecret(ref), !deprovision.ValidToken(ref):
		return &usageError{fmt.Errorf("that is no name of a credential (%s); if it was a secret, it went no further than this screen", deprovision.TokenRule)}
	}
	out.CredentialRef = ref
	return nil
}

// reason asks why, or how it was done: it goes into the evidence.
func (d *dialog) reason(ctx context.Context, out *deprovision.Decision) (err error) {
	question, must := "Why? It goes into the evidence; empty for no reason:", false
	switch out.Verb {
	case deprovision.ManualDone:
		question, must = "How was it done? The note goes into the evidence:", true
	case deprovision.Skip, deprovision.Cancel, deprovision.Force:
		question, must = "Why? It goes into the evidence:", true
	}
	out.Reason, err = d.ask(ctx, question)
	if err == nil && must && out.Reason == "" {
		err = &usageError{fmt.Errorf("%s needs a word about it", out.Verb)}
	}
	return err
}
