package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// planRows is how many artifacts of a step are shown to a person who did not say: a tenant may have thousands of them.
const planRows = 50

// printPlan shows a person what is about to be decided: step by step, at most so many artifacts of each; 0 means all. It goes where errors go
// when the results are to be JSON.
func (a *app) printPlan(p deprovision.Plan, limit int) error {
	show := a
	if a.json() {
		show = &app{Streams: Streams{Out: a.Err}}
	}
	err := show.printf("plan %s of %s: %s", p.Digest(), p.Ref.Tokens(), number(len(p.Artifacts), "artifact"))
	for _, step := range steps(p.Artifacts) {
		err = errors.Join(err, show.printPlanStep("step "+step, p, p.Of(step), limit))
	}
	if len(p.Suspects) > 0 {
		err = errors.Join(err, show.printPlanStep("(suspect) stays unless approved", p, p.Suspects, limit))
	}
	if len(p.Cautions)+len(p.Remainder)+len(p.Manual) > 0 {
		err = errors.Join(err, show.printf(""))
	}
	for _, c := range p.Cautions {
		err = errors.Join(err, show.printf("caution %s: %s", oneLine(c.Code), oneLine(c.Text)))
	}
	for _, r := range p.Manual {
		err = errors.Join(err, show.printf("a person does on the way: %s: %s", oneLine(r.Name), oneLine(r.Instructions)))
	}
	for _, r := range p.Remainder {
		err = errors.Join(err, show.printf("will be left: %s: %s", oneLine(r.Name), oneLine(r.Instructions)))
	}
	return err
}

// printPlanStep prints the artifacts of one step, and by kind how they go.
func (a *app) printPlanStep(title string, p deprovision.Plan, list []deprovision.Artifact, limit int) error {
	err := a.printf("\n%s: %s", oneLine(title), number(len(list), "artifact"))
	for _, line := range ways(p.Calls, list) {
		err = errors.Join(err, a.printf("  %s", oneLine(line)))
	}
	rows := [][]string{{"  KIND", "NAME", "ID", "MATCH", "STATE"}}
	for _, f := range upTo(list, limit) {
		rows = append(rows, []string{"  " + string(f.Kind), f.Name, f.ID, f.Match, brief(f.Before)})
	}
	err = errors.Join(err, a.table(rows))
	if more := hidden(list, limit); more > 0 {
		err = errors.Join(err, a.printf("  and %d more: publisher plan %s --limit 0 shows all", more, p.Ref.Tokens()))
	}
	return err
}

// steps lists the steps of artifacts in the order of their removal.
func steps(list []deprovision.Artifact) []string {
	var out []string
	for _, a := range list {
		if !slices.Contains(out, a.Step) {
			out = append(out, a.Step)
		}
	}
	return out
}

// ways words how the kinds in a list are removed, each once, in the order in which they come: `3 transport-rule by Remove-TransportRule, needs …`.
func ways(calls map[deprovision.ArtifactKind]deprovision.Call, list []deprovision.Artifact) []string {
	counted := map[deprovision.ArtifactKind]int{}
	var order []deprovision.ArtifactKind
	for _, a := range list {
		if counted[a.Kind]++; counted[a.Kind] == 1 {
			order = append(order, a.Kind)
		}
	}
	var out []string
	for _, kind := range order {
		call, known := calls[kind]
		if !known {
			continue
		}
		line := fmt.Sprintf("%d %s by %s", counted[kind], kind, call.Call)
		if call.Needs != "" {
			line += ", needs " + call.Needs
		}
		out = append(out, line)
	}
	return out
}

func upTo[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}

func hidden[T any](list []T, limit int) int { return len(list) - len(upTo(list, limit)) }

// number counts things: "1 artifact", "2 artifacts".
func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
