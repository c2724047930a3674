package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

func (a *app) deadLetters() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "deadletter",
		Short:   "Look at messages that could not be used, and send them again",
		Example: `  publisher deadletter list`,
		Args:    cobra.NoArgs, RunE: a.needsCommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:     "list",
			Short:   "List the messages that could not be used, oldest first",
			Example: "  publisher deadletter list\n  publisher deadletter list --output json",
			Args:    cobra.NoArgs, RunE: a.deadLetterList,
		},
		a.oneDeadLetter("show", "Show one of them, whole", (*client.Client).DeadLetter, a.printLetter),
		a.oneDeadLetter("requeue", "Send one of them again where it came on; it stays as a record", (*client.Client).Requeue,
			func(d client.DeadLetter) error {
				if a.json() {
					return a.printJSON(d)
				}
				return a.printf("dead letter %d was sent again on %s", d.Seq, oneLine(d.Subject))
			}))
	return cmd
}

func (a *app) deadLetterList(cmd *cobra.Command, _ []string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	rows := [][]string{{"NUMBER", "AT", "REASON", "SUBJECT", "DETAIL"}}
	for d, err := range c.DeadLetters(cmd.Context()) {
		if err == nil && a.json() {
			err = a.printJSON(d)
		}
		if err != nil {
			return err
		}
		rows = append(rows, []string{strconv.FormatUint(d.Seq, 10), stamp(d.At), d.Reason, d.Subject, d.Detail})
	}
	if a.json() {
		return nil
	}
	return a.table(rows)
}

func (a *app) printLetter(d client.DeadLetter) error {
	if a.json() {
		return a.printJSON(d)
	}
	rows := [][]string{{"number", strconv.FormatUint(d.Seq, 10)}, {"at", stamp(d.At)}, {"reason", d.Reason}, {"detail", d.Detail}, {"subject", d.Subject}}
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		rows = append(rows, []string{"header", name + ": " + strings.Join(d.Header[name], ", ")})
	}
	return a.table(append(rows, payloadRows(d)...))
}

// payloadRows shows the payload, or what was kept of it.
func payloadRows(d client.DeadLetter) [][]string {
	name, payload := "payload", d.Data
	switch {
	case len(d.Data) > 0:
	case d.Parts > 1:
		name, payload = fmt.Sprintf("part %d of %d", d.Part, d.Parts), d.Kept
	case len(d.Kept) > 0:
		name, payload = "redacted", d.Kept
	}
	text := string(payload)
	if !utf8.Valid(payload) {
		text = fmt.Sprintf("%d bytes that are no text; --output json has them in base64", len(payload))
	}
	return [][]string{{name, text}}
}
