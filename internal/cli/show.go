package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func (a *app) show() *cobra.Command {
	var byState, strict bool
	cmd := &cobra.Command{
		Use:   "show <tenant>.<service>.<request>",
		Short: "Show a request, and why it is not moving",
		Long: `Show reads the journal, so that it needs no worker. Its first line answers the question why a request is not moving: what it waits
for, and the whole command that answers its stop.`,
		Example: `  publisher show contoso.exchange-online-inline.r1
  publisher show contoso.exchange-online-inline.r1 --output json | jq -r .why
  publisher show contoso.exchange-online-inline.r1 --exit-code`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := parseRef(args[0])
			if err != nil {
				return err
			}
			s, err := a.look(cmd.Context(), ref)
			if err != nil {
				return err
			}
			if s.Restorable, err = a.restorable(cmd.Context(), ref, s.Progress); err != nil {
				return err
			}
			if err := a.printStatus(s); err != nil || !byState {
				return err
			}
			if s.Progress == nil {
				return ended(StillOpen)
			}
			return ended(codeOfState(*s.Progress, strict))
		},
	}
	cmd.Flags().BoolVar(&byState, "exit-code", false, "exit with the code of the request's state")
	cmd.Flags().BoolVar(&strict, "strict", false, "with --exit-code: a remainder has its own code")
	return cmd
}

// status is what show tells of a request. Progress is nil while no worker has taken it.
type status struct {
	Request    string                `json:"request"`
	Status     string                `json:"status"` // as in the progress document, or "queued" or "dead-letter"
	Why        string                `json:"why"`
	Restorable *restorable           `json:"restorable,omitempty"` // of a request that ended: what the tenant still keeps
	Seal       string                `json:"seal,omitempty"`       // of a request that ended: publisher evidence verify --seal
	Progress   *deprovision.Progress `json:"progress,omitempty"`

	queued *client.Queued // while no worker has taken it
}

// look finds a request wherever it is: in the journal, in the queue, or among the dead letters.
func (a *app) look(ctx context.Context, ref deprovision.Ref) (status, error) {
	s := status{Request: ref.Tokens()}
	c, err := a.connect()
	if err != nil {
		return s, err
	}
	last, err := c.Last(ctx, ref)
	if err == nil {
		s.Status, s.Why, s.Progress = string(last.Progress.Status), why(last.Progress, a.Now()), &last.Progress
		if last.Progress.Status.Terminal() {
			s.Seal = last.Chain
		}
		return s, nil
	}
	if !errors.Is(err, client.ErrUnknownRequest) {
		return s, err
	}
	unknown := err
	queued, err := c.Queued(ctx, ref)
	if err == nil {
		s.Status, s.Why, s.queued = "queued", whyQueued(queued, a.Now()), &queued
		return s, nil
	}
	if !errors.Is(err, client.ErrUnknownRequest) {
		return s, err
	}
	for d, err := range c.DeadLetters(ctx) {
		if err != nil {
			return s, err
		}
		if d.Subject == event.Subject(event.Requests, ref) {
			s.Status, s.Why, unknown = "dead-letter", whyDead(d), nil // the last one counts
		}
	}
	return s, unknown
}

func (a *app) printStatus(s status) error {
	if a.json() {
		return a.printJSON(s)
	}
	if err := a.printf("%s", s.Why); err != nil {
		return err
	}
	rows := [][]string{{"request", s.Request}, {"status", s.Status}}
	if s.Progress == nil {
		return a.table(rows)
	}
	if r := s.Restorable; r != nil {
		rows = append(rows, []string{"restorable", r.String()})
	}
	if s.Seal != "" {
		rows = append(rows, []string{"seal", s.Seal})
	}
	return a.printProgress(rows, *s.Progress)
}

// printProgress prints all that the progress document holds for a person.
func (a *app) printProgress(rows [][]string, p deprovision.Progress) error {
	rows = append(rows, []string{"account", p.Request.Account}, []string{"requested by", p.Request.RequestedBy})
	if p.Request.Reason != "" {
		rows = append(rows, []string{"reason", p.Request.Reason})
	}
	if !p.Status.Terminal() && p.Detail != "" {
		rows = append(rows, []string{"detail", p.Detail})
	}
	rows = append(rows, []string{"started", stamp(p.Started)}, []string{"updated", fmt.Sprintf("%s (event %d)", stamp(p.Updated), p.Seq)})
	if words := allLeft(p, a.Now()); words != "" {
		rows = append(rows, []string{"time left", words})
	}
	if words := doneBy(p, a.Now()); words != "" {
		rows = append(rows, []string{"done", words})
	}
	if p.Plan != nil {
		rows = append(rows, []string{"plan", fmt.Sprintf("%d artifacts, %s", p.Plan.Artifacts, p.Plan.Digest)})
	}
	rows = append(rows, []string{"removed", counts(p)})
	if err := a.table(rows); err != nil {
		return err
	}
	if len(p.Steps) > 0 {
		if err := errors.Join(a.printf(""), a.table(stepTable(p, a.Now()))); err != nil {
			return err
		}
	}
	return errors.Join(a.printStop(p), a.printRemainder(p))
}

// stepTable lists the steps; time left has a column where somebody knows it.
func stepTable(p deprovision.Progress, now time.Time) [][]string {
	rows := [][]string{{"STEP", "STATE", "DONE", "OF", "LEFT", "ERROR"}}
	known := false
	for i, s := range p.Steps {
		words := ""
		if !finished(s) {
			words = stepLeft(p, i, now)
		}
		known = known || words != ""
		rows = append(rows, []string{s.Name, string(s.State), strconv.Itoa(s.Done), strconv.Itoa(s.Total), words, s.Error})
	}
	if !known {
		for i := range rows {
			rows[i] = slices.Delete(rows[i], 4, 5)
		}
	}
	return rows
}

func counts(p deprovision.Progress) string {
	return fmt.Sprintf("%d, found gone %d, gone without an answer %d", p.Removed, p.Gone, p.Unconfirmed)
}
