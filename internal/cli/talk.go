package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// talk asks a person. Whoever ends the input said nothing: that is [io.EOF].
type talk struct {
	keys *keyboard
	out  io.Writer
}

func (t *talk) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.out, format+"\n", args...)
	return err
}

func (t *talk) ask(ctx context.Context, question string) (string, error) {
	if _, err := fmt.Fprint(t.out, question+" "); err != nil {
		return "", err
	}
	answer, err := t.keys.line(ctx)
	return strings.TrimSpace(answer), err
}

// exactly wants these words and no others; anything else, and an end of the input, is no confirmation.
func (t *talk) exactly(ctx context.Context, question, words string) error {
	answer, err := t.ask(ctx, question)
	if err == nil && answer == words {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return errNotConfirmed
	}
	return err
}

func (t *talk) yes(ctx context.Context, question string) error {
	return t.exactly(ctx, question+" Type yes:", "yes")
}

// account has a person type whose account it is: what follows can't be undone, and a yes is typed too easily in the wrong window.
func (t *talk) account(ctx context.Context, r deprovision.Request) error {
	words := r.Tenant + "/" + r.Account
	return t.exactly(ctx, fmt.Sprintf("Type %s to go on:", oneLine(words)), words)
}

// acknowledge has each caution accepted that neither the request nor the decision accepts.
func (t *talk) acknowledge(ctx context.Context, p deprovision.Progress, d *deprovision.Decision) error {
	for _, c := range p.Unacknowledged(d.Acknowledged...) {
		if err := t.yes(ctx, fmt.Sprintf("\nCaution %s: %s\nIs that accepted?", oneLine(c.Code), oneLine(c.Text))); err != nil {
			return err
		}
		d.Acknowledged = append(d.Acknowledged, c.Code)
	}
	return nil
}

// aftermath tells what a decision does that can't be taken back; "" where there is nothing to say that its plan does not.
func aftermath(verb deprovision.Verb, p deprovision.Progress) string {
	gone := number(p.Removed+p.Gone+p.Unconfirmed, "artifact")
	switch verb {
	case deprovision.Force:
		return "Force drops the account's row at the product and closes the account. Nothing more is removed from the tenant: " + gone +
			" are gone, all the rest of the footprint stays and is listed for a person."
	case deprovision.Cancel:
		return "Cancel ends the request. Nothing more is removed: " + gone + " are gone, the rest stays, and the account stays open."
	case deprovision.Skip:
		return "Skip leaves this step out: what it would have removed stays, and is listed for a person."
	}
	return ""
}
