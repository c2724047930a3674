package step

import (
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// leavings gathers what a chain of earlier requests left, newest first.
type leavings struct {
	service *footprint.Service
	known   map[string]bool // artifacts of a newer plan, which alone says what became of them
	answers map[string]bool // names, and ids, that a plan, or a step of this request, answers for
	all     bool            // whether what the next request names is left; else only what newer ones name of it
	named   []naming
	look    []leftover
}

// leftover is an artifact that an earlier request may have left.
type leftover struct {
	deprovision.Artifact
	by string
}

// naming is what the end of an earlier request names.
type naming struct {
	deprovision.Remainder
	by    string
	lost  bool // the plan of that request
	doubt bool
}

// newLeavings knows what this request answers for itself.
func newLeavings(j *job, plan deprovision.Plan) *leavings {
	l := &leavings{service: j.service, known: map[string]bool{}, answers: map[string]bool{RemoveAtProduct: true, CloseAccount: true}, all: true}
	l.answers[rowName(j.service, j.state)], l.answers[recordName(j.state)] = true, true
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		l.know(a)
	}
	for _, r := range slices.Concat(plan.Remainder, plan.Manual, j.state.Remainder, unseen(j.service, j.account)) { // the inventory has looked for the names
		l.answers[r.Name] = true
	}
	return l
}

func (l *leavings) know(a deprovision.Artifact) {
	l.known[keyOf(a)], l.answers[l.service.Remain(a, "").Name], l.answers[a.ID] = true, true, true
}

// take adds what a request left.
func (l *leavings) take(b *before) {
	by := b.state.Request.ID
	if l.all {
		l.name(b, by)
	}
	for _, a := range b.plan.Artifacts {
		if !l.known[keyOf(a)] && (l.names(a) || l.all && b.maybeLeft(l.service, a)) {
			l.look = append(l.look, leftover{a, by})
		}
	}
	for _, a := range b.plan.Suspects { // which nobody removed
		if !l.known[keyOf(a)] && (l.names(a) || l.all) {
			l.look = append(l.look, leftover{a, by})
		}
	}
	for _, a := range slices.Concat(b.plan.Artifacts, b.plan.Suspects) {
		l.know(a)
	}
	for _, r := range slices.Concat(b.plan.Remainder, b.plan.Manual) {
		if !l.isObject(r.Name) { // of a place, or a task: today's inventory looked anew
			l.answers[r.Name] = true
		}
	}
	l.named = slices.DeleteFunc(l.named, func(n naming) bool { return l.answers[n.Name] })
	l.all = l.all && !b.tellsAll()
}

// name adds what the end of a request names.
func (l *leavings) name(b *before, by string) {
	for _, r := range b.state.Remainder {
		l.named = append(l.named, naming{r, by, b.lost(), false})
	}
	for _, id := range b.state.InDoubt {
		l.named = append(l.named, naming{deprovision.Remainder{Name: id}, by, b.lost(), true})
	}
	l.named = slices.DeleteFunc(l.named, func(n naming) bool { return l.answers[n.Name] || !n.lost && n.isCount() })
}

// isCount reports whether it stands for several, which the plan has by their names.
func (n naming) isCount() bool {
	return unnamed([]deprovision.Remainder{n.Remainder}) > 0 || strings.HasSuffix(n.Name, moreSuspects) || strings.HasPrefix(n.Name, engine.SomeOf)
}

func (l *leavings) names(a deprovision.Artifact) bool {
	name := l.service.Remain(a, "").Name
	return slices.ContainsFunc(l.named, func(n naming) bool { return n.Name == name || n.doubt && n.Name == a.ID })
}

// isObject reports whether a name is that of an object that was found, with its kind and id.
func (l *leavings) isObject(name string) bool {
	kind, _, _ := strings.Cut(name, " ")
	return strings.HasSuffix(name, ")") && slices.Contains(l.service.Kinds(), deprovision.ArtifactKind(kind))
}

// open reports whether requests further back have to be asked.
func (l *leavings) open() bool { return l.all || len(l.named) > 0 }

// lose notes a request that can't be asked any more.
func (l *leavings) lose(request string) {
	if l.all {
		l.named = append(l.named, naming{deprovision.Remainder{Name: "what request " + request + " left"}, request, true, false})
	}
}

// carried names again what no plan lists: nobody can look at it here.
func (l *leavings) carried() []deprovision.Remainder {
	var out []deprovision.Remainder
	for _, n := range l.named {
		r := n.Remainder
		if unnamed([]deprovision.Remainder{r}) > 0 { // a count would stand for what this request has no room for
			r.Name = "what request " + n.by + " left and had no room to name"
		}
		if !strings.HasPrefix(r.Instructions, namedBefore) && !strings.HasPrefix(r.Instructions, doubtBefore) {
			r.Instructions = strings.TrimSpace(n.why() + " " + r.Instructions)
		}
		out = append(out, r)
	}
	return out
}

// How the instructions of what is named again begin.
const (
	namedBefore = "Named by request "
	doubtBefore = "In doubt at the end of request "
)

func (n naming) why() string {
	text := namedBefore + n.by
	if n.doubt {
		text = doubtBefore + n.by
	}
	if n.lost {
		return text + ", whose plan can't be read any more: look whether it is still there."
	}
	return text + ", and of no plan that can be read: look whether it is still there."
}
