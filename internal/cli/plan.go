package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// printPlan shows a person what is about to be decided. It goes where errors go when the results are to be JSON.
func (a *app) printPlan(p deprovision.Plan) error {
	rows := [][]string{{"STEP", "KIND", "NAME", "ID", "MATCH"}}
	for _, f := range p.Artifacts {
		rows = append(rows, []string{f.Step, string(f.Kind), f.Name, f.ID, f.Match})
	}
	for _, f := range p.Suspects {
		rows = append(rows, []string{"(suspect)", string(f.Kind), f.Name, f.ID, f.Match})
	}
	show := a
	if a.json() {
		show = &app{Streams: Streams{Out: a.Err}}
	}
	err := errors.Join(show.printf("plan %s of %s", p.Digest(), p.Ref.Tokens()), show.table(rows))
	for _, c := range p.Cautions {
		err = errors.Join(err, show.printf("caution %s: %s", oneLine(c.Code), oneLine(c.Text)))
	}
	for _, r := range p.Remainder {
		err = errors.Join(err, show.printf("will be left: %s: %s", oneLine(r.Name), oneLine(r.Instructions)))
	}
	return err
}

// ask asks for a yes where a person can answer. Where none can, typing the command was the answer; a script that must not confirm a plan
// that nobody saw names it with --plan.
func (a *app) ask(ctx context.Context, question string) error {
	file, ok := a.In.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return confirm(ctx, a.In, a.Err, question)
}

// confirm wants the whole word, since what follows can't be undone.
func confirm(ctx context.Context, in io.Reader, out io.Writer, question string) error {
	if _, err := fmt.Fprintf(out, "%s Type yes: ", question); err != nil {
		return err
	}
	answer := make(chan string, 1)
	go func() { // a read of a terminal can't be interrupted; the process ends soon after
		line, _ := bufio.NewReader(in).ReadString('\n') // what was read before an error counts
		answer <- line
	}()
	select {
	case line := <-answer:
		if strings.TrimSpace(line) != "yes" {
			return errNotConfirmed
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
