package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func (a *app) evidenceGet() *cobra.Command {
	var out string
	format := choice{value: "json", of: []string{"json", "html"}}
	cmd := &cobra.Command{
		Use:   "get <tenant>.<service>.<request>",
		Short: "Get everything that the journal says of a request, as one sealed bundle or as a page to print",
		Long: `Get reads the whole journal of a request, its plans and the record of its account into one file: JSON lines that "evidence verify" checks without any
connection, or a page for people (--format html). It prints the seal, the value to keep elsewhere: whoever has it can tell later that nothing was changed.
A request that has not ended gives an open bundle, without a seal.`,
		Example: `  publisher evidence get contoso.exchange-online-inline.r1 --out r1.jsonl
  publisher evidence get contoso.exchange-online-inline.r1 --format html --out r1.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := parseRef(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			collect := evidence.Collect
			if format.value == "html" {
				collect = evidence.CollectReport
			}
			sum, err := a.collect(cmd.Context(), c, ref, out, collect)
			if err != nil {
				return archived(ref, err)
			}
			return a.told(sum, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "-", "`file` to write, readable for you alone; - is the standard output")
	cmd.Flags().Var(&format, "format", "json (the bundle) or html (a page made from it)")
	complete(cmd, "format", format.of)
	return cmd
}

type collecting func(context.Context, *client.Client, deprovision.Ref, io.Writer, evidence.Options) (evidence.Summary, error)

func (a *app) collect(ctx context.Context, c *client.Client, ref deprovision.Ref, out string, collect collecting) (sum evidence.Summary, err error) {
	err = a.writeTo(out, func(w io.Writer) error {
		sum, err = collect(ctx, c, ref, w, evidence.Options{By: "publisher " + version(), Now: a.Now})
		return err
	})
	return sum, err
}

// told says what was written, and its seal, where it does not mix with the bundle.
func (a *app) told(sum evidence.Summary, out string) error {
	if a.json() && out != "-" {
		return a.printJSON(sum)
	}
	where, say := "", a.Err
	if out != "-" {
		where, say = " are in "+oneLine(out), a.Out
	}
	show := &app{Streams: Streams{Out: say}}
	err := show.printf("%s and %s of %s%s", number(sum.Events, "event"), number(sum.Plans, "plan"), sum.Request, where)
	return errors.Join(err, show.printf("%s", sealLine(sum)))
}

// sealLine words what a bundle is sealed with.
func sealLine(sum evidence.Summary) string {
	switch {
	case sum.Ended && sum.Seal == "":
		return "it has no seal: an older worker wrote its end"
	case sum.Ended && sum.Sign != "":
		return fmt.Sprintf("seal %s, signed", sum.Seal)
	case sum.Ended:
		return "seal " + sum.Seal
	}
	return fmt.Sprintf("the request has not ended (%s): the bundle is open and has no seal", sum.Status)
}

// archived adds to an error where the evidence is that is no longer in the journal.
func archived(ref deprovision.Ref, err error) error {
	if !errors.Is(err, client.ErrArchived) {
		return err
	}
	file := path.Join(ref.Tenant, string(ref.Service), ref.Request+".jsonl")
	return fmt.Errorf("%w; `worker archive --keep` has put them into %s below its directory, which is such a bundle: see publisher evidence verify and report",
		err, file)
}
