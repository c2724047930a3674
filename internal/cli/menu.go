package cli

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// offer is what can be chosen: what is typed for it, and what it does.
type offer struct {
	key, word, does string
	verb            deprovision.Verb // "" for what decides nothing
}

// offers are the decisions by their keys; what decides nothing follows.
var offers = []offer{
	{"c", "confirm", "carry out the plan", deprovision.Confirm},
	{"a", "approve", "let suspects go, by name", deprovision.Approve},
	{"g", "continue", "go on with the worker's own credential", deprovision.Continue},
	{"k", "credentials", "use another credential, by its reference", deprovision.Credentials},
	{"r", "retry", "try the step again", deprovision.Retry},
	{"m", "manual-done", "the manual step was done", deprovision.ManualDone},
	{"s", "skip", "leave the step out", deprovision.Skip},
	{"x", "cancel", "end it, and keep what is left", deprovision.Cancel},
	{"f", "force", "close the account, and leave the tenant as it is", deprovision.Force},
	{"d", "details", "the plan, artifact by artifact", ""},
	{"w", "watch on", "leave it to somebody else", ""},
	{"q", "quit", "leave it as it is, and end", ""},
}

// menu lists what can be chosen at the stop of a request.
func menu(p deprovision.Progress) []offer {
	var out []offer
	for _, o := range offers {
		switch {
		case o.verb != "" && !p.Stop.Accepts(o.verb):
			continue
		case o.key == "d" && p.Plan == nil:
			continue
		case o.verb == deprovision.Approve && p.Stop.Name == brake:
			o.does = "let so much go at once"
		}
		out = append(out, o)
	}
	return out
}

// chosen finds the offer that somebody typed, by its key or its word.
func chosen(menu []offer, typed string) (offer, bool) {
	typed = strings.ToLower(typed)
	for _, o := range menu {
		if typed == o.key || typed == o.word {
			return o, true
		}
	}
	return offer{}, false
}

func (o offer) String() string {
	return "  [" + o.key + "] " + o.word + strings.Repeat(" ", max(13-len(o.word), 1)) + o.does
}
