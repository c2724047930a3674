package cli

import (
	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) evidence() *cobra.Command {
	cmd := a.evidenceList()
	cmd.Use = "evidence <tenant>.<service>.<request>"
	cmd.Example = `  publisher evidence contoso.exchange-online-inline.r1
  publisher evidence get contoso.exchange-online-inline.r1 --out r1.jsonl
  publisher evidence verify r1.jsonl`
	cmd.AddCommand(a.evidenceList(), a.evidenceGet(), a.evidenceVerify(), a.evidenceReport())
	return cmd
}

// evidenceList is also what evidence does by itself.
func (a *app) evidenceList() *cobra.Command {
	return &cobra.Command{
		Use:   "list <tenant>.<service>.<request>",
		Short: "Show what became of every artifact, and the command that would restore it",
		Long: `Evidence reads the journal: per artifact what it was, when and by which call it went, and how it would be restored. Where the tenant itself keeps
an object for a while, it says until when. The whole state that an artifact had before is in --output json, and in the bundle that "evidence get" makes.`,
		Example: `  publisher evidence list contoso.exchange-online-inline.r1
  publisher evidence list contoso.exchange-online-inline.r1 --output json > evidence.jsonl`,
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
			rows := [][]string{{"AT", "OUTCOME", "KIND", "NAME", "CALL", "REQUEST-ID", "RESTORABLE UNTIL", "RESTORE"}}
			for e, err := range c.Evidence(cmd.Context(), ref) {
				if err == nil && a.json() {
					err = a.printJSON(e)
				}
				if err != nil {
					return archived(ref, err)
				}
				rows = append(rows, []string{stamp(e.At), string(e.Outcome), string(e.Artifact.Kind), e.Artifact.Name, e.Call, e.RequestID,
					until(e), e.Artifact.Restore})
			}
			if a.json() {
				return nil
			}
			return a.table(rows)
		},
	}
}

// until is when the tenant stops keeping what went; "" where it keeps nothing.
func until(e deprovision.Evidence) string {
	if e.RestoreUntil == nil {
		return ""
	}
	return stamp(*e.RestoreUntil)
}
