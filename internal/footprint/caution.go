package footprint

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// cautionPlaceholders may stand in the texts of cautions, besides those of every text: they depend on the account and on what was found.
var cautionPlaceholders = []string{"{consumers}", "{quarantined}"}

// cautions are those that the footprint has for every removal, filled in, and those about what was found.
func (s *Service) cautions(account deprovision.Account, artifacts []deprovision.Artifact) []deprovision.Caution {
	return append(s.told(account, s.quarantined(account, artifacts)), warnings(artifacts)...)
}

// Beforehand are the cautions that the footprint has for every removal of such an account, as far as they are known before anybody has looked.
func (s *Service) Beforehand(account deprovision.Account) []deprovision.Caution {
	return s.told(account, "how many items is not known before a worker has looked")
}

func (s *Service) told(account deprovision.Account, quarantined string) (out []deprovision.Caution) {
	known := strings.NewReplacer("{consumers}", consumers(account), "{quarantined}", quarantined)
	for _, c := range s.Cautions {
		out = append(out, deprovision.Caution{Code: c.Code, Text: known.Replace(c.Text)})
	}
	return out
}

// The most that a caution names of the customer's own systems: it is kept in every event of the request. The announcement has all of them.
const (
	mostConsumers     = 10
	mostConsumersText = 500 // bytes
)

// consumers names the customer's own systems that the account's record has.
func consumers(account deprovision.Account) string {
	if len(account.Consumers) == 0 {
		return "none"
	}
	text, n := "", 0
	for _, name := range account.Consumers {
		if n == mostConsumers || n > 0 && len(text)+len(name) > mostConsumersText {
			break
		}
		if n++; text != "" {
			text += ", "
		}
		text += name
	}
	if more := len(account.Consumers) - n; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// hidden is what the product's quarantine lies in, by kind: one, and several.
var hidden = map[deprovision.ArtifactKind][2]string{
	QuarantineFolder: {"hidden folder", "hidden folders"}, QuarantineLibrary: {"hidden library", "hidden libraries"},
}

// quarantined tells how many items lie in what is removed of the product's quarantine, as the search read it. What came in since is not counted:
// the plan that somebody looks at must not change for that.
func (s *Service) quarantined(account deprovision.Account, artifacts []deprovision.Artifact) string {
	i := slices.IndexFunc(s.Artifacts, func(e Entry) bool { return hidden[e.Kind][0] != "" })
	if i < 0 {
		return "how many items is not known: they lie with the product"
	}
	kind := s.Artifacts[i].Kind
	c := tallied(kind, artifacts)
	places := amount(c.places, hidden[kind])
	switch {
	case c.places == 0 && len(account.Names[string(kind)]) == 0:
		return "how many items is not known: the account's record does not name its " + hidden[kind][1]
	case c.places == 0:
		return "none of its " + hidden[kind][1] + " was found"
	case c.silent == c.places:
		return "how many items is not known: " + places + choose(c.silent, " does not say it", " do not say it")
	}
	text := amount(c.items, [2]string{"item", "items"}) + " in " + places
	switch {
	case c.silent > 0:
		return fmt.Sprintf("at least %s, %d of which %s", text, c.silent, choose(c.silent, "does not say how many it holds", "do not say how many they hold"))
	case c.below:
		return "at least " + text + ": what lies in folders below is not counted"
	}
	return text
}

// tally is what artifacts say of the items in them.
type tally struct {
	places, items int
	silent        int  // places that say nothing
	below         bool // there are folders below, whose items a folder does not count
}

func tallied(kind deprovision.ArtifactKind, artifacts []deprovision.Artifact) tally {
	var t tally
	for _, a := range artifacts {
		if a.Kind != kind {
			continue
		}
		t.places++
		var of struct{ TotalItemCount, ItemCount, ChildFolderCount *int } // of folders by Graph, of lists by SharePoint
		if json.Unmarshal(a.Before, &of) != nil {
			of.TotalItemCount, of.ItemCount = nil, nil
		}
		switch n := cmp.Or(of.TotalItemCount, of.ItemCount); n {
		case nil:
			t.silent++
		default:
			t.items += *n
			t.below = t.below || of.ChildFolderCount != nil && *of.ChildFolderCount > 0
		}
	}
	return t
}

func amount(n int, of [2]string) string { return fmt.Sprintf("%d %s", n, choose(n, of[0], of[1])) }

func choose(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// globalAdministrator is the template id of the role, see https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// warnings are cautions about what was found.
func warnings(artifacts []deprovision.Artifact) []deprovision.Caution {
	for _, a := range artifacts {
		if a.Kind == UserRole && a.Name == globalAdministrator {
			return []deprovision.Caution{{Code: "delegate-is-global-administrator", Text: "The delegate user is a Global Administrator who signs in with a " +
				"password alone. Its roles are taken away first; make sure that another Global Administrator is left, and look at what it did lately."}}
		}
	}
	return nil
}
