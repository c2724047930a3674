package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

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
