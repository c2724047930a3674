package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// compared are the flags that say what a bundle is compared with.
type compared struct{ seal, key string }

func (f *compared) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.seal, "seal", "", "the seal that you noted, sha256:…, or the chain value of one of its events")
	cmd.Flags().StringVar(&f.key, "key", "", "PEM `file` with the public key of the workers' signature")
}

func (f *compared) check(cmd *cobra.Command) (evidence.Check, error) {
	for name, value := range map[string]string{"seal": f.seal, "key": f.key} {
		if cmd.Flags().Changed(name) && value == "" { // a variable that is not set must not pass as a check
			return evidence.Check{}, &deprovision.Invalid{Field: "--" + name, Allowed: "what to compare with, not nothing"}
		}
	}
	if err := checkDigest("--seal", f.seal); err != nil {
		return evidence.Check{}, err
	}
	check := evidence.Check{Seal: f.seal}
	if f.key == "" {
		return check, nil
	}
	var err error
	check.Key, err = publicKey(f.key)
	return check, err
}

func (a *app) evidenceVerify() *cobra.Command {
	var f compared
	cmd := &cobra.Command{
		Use:   "verify <file>...",
		Short: "Check bundles without any connection, and name what does not fit",
		Long: `Verify computes everything in a bundle anew: each event's place in the chain, the plans by their digests, and every other byte. A changed byte,
a missing event and a swapped order are named, and the exit code is 6; it is 2 where a file is no bundle. The file - is the standard input.

A bundle that is compared with nothing can only be whole in itself: whoever changed the journal could have made it anew. So compare it with the seal that
you noted, or that publisher show prints (--seal), or with the key of the workers that signed it (--key).`,
		Example: `  publisher evidence verify r1.jsonl
  publisher evidence verify r1.jsonl --seal sha256:0f5c…
  publisher evidence verify archive/contoso/*/*.jsonl --key seal.pub.pem`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			check, err := f.check(cmd)
			if err != nil {
				return err
			}
			if len(args) > 1 && f.seal != "" {
				return &usageError{errors.New("--seal is of one bundle: name one file")}
			}
			var bad, unread []error
			for _, path := range args {
				switch broken, err := a.verifyFile(path, check); {
				case err != nil:
					unread = append(unread, err)
				case broken:
					bad = append(bad, &endError{NotAccepted})
				}
			}
			if len(unread) > 0 { // an end says nothing: what is broken was told
				return errors.Join(unread...)
			}
			return errors.Join(bad...)
		},
	}
	f.register(cmd)
	return cmd
}

// verifyFile tells whether a file is whole, and what is broken.
func (a *app) verifyFile(path string, check evidence.Check) (broken bool, err error) {
	var sum evidence.Summary
	var found *evidence.BrokenError
	err = a.readFrom(path, func(r io.Reader) error {
		sum, err = evidence.Verify(r, check)
		return err
	})
	switch {
	case errors.As(err, &found):
		return true, a.printBroken(path, sum, found)
	case err != nil:
		return false, notRead(path, err)
	}
	return false, a.printWhole(path, sum, check)
}

func (a *app) evidenceReport() *cobra.Command {
	var f compared
	var out string
	cmd := &cobra.Command{
		Use:   "report <file>",
		Short: "Make a page for people from a bundle, without any connection",
		Long: `Report verifies a bundle as "evidence verify" does and writes it as one HTML file without scripts and with nothing from elsewhere, which prints well.
A broken bundle is reported too; its page begins with what does not fit, and the exit code is 6.`,
		Example: `  publisher evidence report r1.jsonl --out r1.html
  publisher evidence report r1.jsonl --key seal.pub.pem --out r1.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			check, err := f.check(cmd)
			if err != nil {
				return err
			}
			if same(args[0], out) {
				return &deprovision.Invalid{Field: "--out", Value: out, Allowed: "another file than the bundle"}
			}
			var broken *evidence.BrokenError
			var bad error
			err = a.readFrom(args[0], func(r io.Reader) error {
				return a.writeTo(out, func(w io.Writer) error {
					if _, bad = evidence.Report(r, w, check); errors.As(bad, &broken) {
						return nil // the page tells
					}
					return bad
				})
			})
			switch {
			case err != nil && errors.Is(err, bad):
				return notRead(args[0], err)
			case err != nil:
				return err
			case broken != nil:
				for _, p := range broken.Problems {
					_, _ = fmt.Fprintln(a.Err, "publisher:", oneLine(p.Error())) // the page has it too
				}
				return &endError{NotAccepted}
			}
			return nil
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&out, "out", "-", "`file` to write, readable for you alone; - is the standard output")
	return cmd
}

// verdict is what verify prints as JSON.
type verdict struct {
	File string `json:"file"`
	evidence.Summary
	Whole    bool               `json:"whole"`
	Problems []evidence.Problem `json:"problems,omitempty"`
	More     int                `json:"more,omitempty"` // problems that are not listed
}

func (a *app) printBroken(path string, sum evidence.Summary, broken *evidence.BrokenError) error {
	if a.json() {
		return a.printJSON(verdict{File: path, Summary: sum, Problems: broken.Problems, More: broken.More})
	}
	err := a.printf("broken: the evidence of %s is not as it was made (%s)", oneLine(orUnknown(sum.Request)), oneLine(path))
	for _, p := range broken.Problems {
		err = errors.Join(err, a.printf("  %s", oneLine(p.Error())))
	}
	if broken.More > 0 {
		err = errors.Join(err, a.printf("  and %d more", broken.More))
	}
	return err
}

func (a *app) printWhole(path string, sum evidence.Summary, check evidence.Check) error {
	if a.json() {
		return a.printJSON(verdict{File: path, Summary: sum, Whole: true})
	}
	err := a.printf("whole: %s and %s of %s, %s (%s)",
		number(sum.Events, "event"), number(sum.Plans, "plan"), oneLine(sum.Request), oneLine(string(sum.Status)), oneLine(path))
	if sum.After > 0 {
		err = errors.Join(err, a.printf("events 1 to %d are not in it, and nothing of this is about them; by the word of the file they were archived before",
			sum.After))
	}
	if sum.Unproven > 0 {
		err = errors.Join(err, a.printf("of event %d nothing tells which chain value it follows: no seal and no signature covers what it says", sum.Unproven))
	}
	if sum.Unchained > 0 {
		err = errors.Join(err, a.printf("not chained: %s of an older worker; the next chain value, where there is one, covers what came before it",
			number(sum.Unchained, "event")))
	}
	err = errors.Join(err, a.printf("%s", oneLine(sealLine(sum))))
	return errors.Join(err, a.printf("%s", proof(sum, check)))
}

// proof words what was proved.
func proof(sum evidence.Summary, check evidence.Check) string {
	const but = "; when each was stored, the header and the account's record are not covered"
	switch {
	case check.Key != nil:
		return "the end was signed with this key, which covers every event's content and order" + but
	case sum.Proven == sum.Last && sum.Proven > 0:
		return "every event's content and order is what was there when the seal was noted" + but
	case sum.Proven > 0:
		return fmt.Sprintf("the content and order of the events up to %d is what was there when the seal was noted; what follows came later, "+
			"and is not proved by it", sum.Proven) + but
	}
	return "it was compared with nothing: it is whole in itself, which does not tell who wrote it. " +
		"Compare the seal with one that you noted (--seal), or check who signed it (--key)"
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown request"
	}
	return s
}
