package footprint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drainStep is the one step that removes nothing: mail under way comes back meanwhile.
const drainStep = "drain"

// announceStep tells others what will stop working, before anything is removed.
const announceStep = "announce-api-stop"

func (s *Service) validate(at string, r *report) {
	r.text(at+".title", s.Title, "the service's display name")
	if s.Drain < 0 || time.Duration(s.Drain) > deprovision.MaxDrain {
		r.say(at+".drain", s.Drain.String(), fmt.Sprintf("a duration from 0s to %s", deprovision.Duration(deprovision.MaxDrain)))
	}
	if len(s.Steps) == 0 {
		r.say(at+".steps", "", "at least one step")
	}
	for i, step := range s.Steps {
		field := fmt.Sprintf("%s.steps[%d]", at, i)
		switch {
		case !deprovision.ValidToken(step):
			r.say(field, step, deprovision.TokenRule)
		case slices.Index(s.Steps, step) != i:
			r.say(field, step, "each step once")
		case step != drainStep && step != announceStep && len(s.Entries(step)) == 0 && !slices.ContainsFunc(s.Manual, func(m Manual) bool { return m.Step == step }):
			r.say(field, step, "steps that an entry of artifacts or of manual names, or "+drainStep+", "+announceStep)
		}
	}
	names := map[string]bool{}
	for i, e := range s.Artifacts {
		s.validateEntry(fmt.Sprintf("%s.artifacts[%d]", at, i), e, names, r)
	}
	s.validateTexts(at, r)
	s.validateRights(at, r)
}

func (s *Service) validateEntry(at string, e Entry, names map[string]bool, r *report) {
	how := matchings[e.Kind]
	r.kind(at+".kind", e.Kind)
	if !slices.Contains(s.Steps, e.Step) || e.Step == drainStep {
		r.say(at+".step", e.Step, "one of "+join(slices.DeleteFunc(slices.Clone(s.Steps), func(n string) bool { return n == drainStep })))
	}
	if s.product.Instructions[e.Kind] == "" {
		r.say(at+".kind", string(e.Kind), "a kind with instructions: how a person removes it")
	}
	if s.product.Limits[e.Kind] == 0 {
		r.say(at+".kind", string(e.Kind), "a kind with a limit: how many of it a plan may remove")
	}
	if (how == bySender || how == byAddress) && len(s.product.Sites) == 0 {
		r.say(at+".kind", string(e.Kind), "a kind that nothing in sites is needed for: there are no sites")
	}
	named := how == byName || how == byGroup || how == byRoles
	if named && len(e.Names) == 0 {
		r.say(at+".names", "", "at least one published name")
	}
	for j, name := range e.Names {
		field, key := fmt.Sprintf("%s.names[%d]", at, j), string(e.Kind)+" "+fold(name)
		switch {
		case !named:
			r.say(field, name, "no name: "+string(e.Kind)+" is matched by "+string(how))
		case name == "" || name != strings.TrimSpace(name):
			r.say(field, name, "a name without space around it")
		case names[key]:
			r.say(field, name, "each name once for a kind")
		}
		names[key] = true
	}
	if (how == bySender) != (e.SpoofedUser != "") {
		r.say(at+".spoofedUser", e.SpoofedUser, "the first half of a spoof pair, for "+string(SpoofAllowPair)+" only")
	}
	if (how == byRoles) != (len(e.Grants) > 0) {
		r.say(at+".grants", "", "the roles of Exchange that the group gives, for "+string(RoleGroup)+" only")
	}
	if (how == byResource) != (len(e.Resources) > 0) {
		r.say(at+".resources", "", "beginnings of resources, for "+string(Subscription)+" only")
	}
	if !slices.ContainsFunc(s.Rights, func(right Right) bool { return right.Call == removals[e.Kind] }) {
		r.say(at+".kind", string(e.Kind), "a kind whose call has a right: "+removals[e.Kind])
	}
	for _, id := range slices.Sorted(maps.Keys(e.Roles)) {
		r.role(at+".roles", id)
	}
	if e.Kind != RoleAssignment && len(e.Roles) > 0 {
		r.say(at+".roles", "", "roles for "+string(RoleAssignment)+" only")
	}
}

// role wants the template id of a directory role, in lower case as the directory writes it.
func (r *report) role(field, id string) {
	if !deprovision.ValidAppID(id) || id != strings.ToLower(id) {
		r.say(field, id, "template ids of directory roles, GUIDs in lower case")
	}
}

func (s *Service) validateTexts(at string, r *report) {
	codes := map[string]bool{}
	for i, c := range s.Cautions {
		field := fmt.Sprintf("%s.cautions[%d]", at, i)
		if !deprovision.ValidToken(c.Code) || codes[c.Code] {
			r.say(field+".code", c.Code, "each code once, "+deprovision.TokenRule)
		}
		codes[c.Code] = true
		r.text(field+".text", c.Text, "what has to be acknowledged", slices.Concat(textPlaceholders, cautionPlaceholders)...)
	}
	for i, m := range s.Remainder {
		r.leftover(fmt.Sprintf("%s.remainder[%d]", at, i), m)
	}
	for i, m := range s.Manual {
		field := fmt.Sprintf("%s.manual[%d]", at, i)
		r.leftover(field, m.Leftover)
		if !slices.Contains(s.Steps, m.Step) {
			r.say(field+".step", m.Step, "one of "+join(s.Steps))
		}
		if m.Found != "" && m.Found != AppPrincipal {
			r.say(field+".found", string(m.Found), "a kind of which some go by no call: "+string(AppPrincipal))
		}
	}
	if s.Lapse < 0 || time.Duration(s.Lapse) > deprovision.MaxDrain {
		r.say(at+".lapse", s.Lapse.String(), fmt.Sprintf("a duration from 0s to %s", deprovision.Duration(deprovision.MaxDrain)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Stops)) {
		if !deprovision.ValidToken(name) {
			r.say(at+".stops", name, "stops named by "+deprovision.TokenRule)
		}
		r.text(at+".stops."+name, s.Stops[name], "what a person is told", textPlaceholders...)
	}
}

func (r *report) leftover(field string, l Leftover) {
	r.text(field+".name", l.Name, "what is left", leftPlaceholders...)
	r.text(field+".instructions", l.Instructions, "what a person does about it", leftPlaceholders...)
	if l.Link != "" && !strings.HasPrefix(l.Link, "{admin}/") {
		r.link(field+".link", l.Link)
	}
	for name, condition := range map[string]string{"unrecorded": l.Unrecorded, "recorded": l.Recorded} {
		if how := matchings[deprovision.ArtifactKind(condition)]; condition != "" && condition != "sharepoint-app-id" && condition != "app-credential" &&
			how != byRecordedName && how != byHost && how != byTeamsApp {
			r.say(field+"."+name, condition, "a kind whose names the record has, sharepoint-app-id, or app-credential")
		}
	}
	if l.Account != "" && l.Account.Validate() != nil {
		r.say(field+".account", string(l.Account), "delegate or authorized")
	}
}

func (s *Service) validateRights(at string, r *report) {
	calls := map[string]bool{}
	for i, right := range s.Rights {
		field := fmt.Sprintf("%s.rights[%d]", at, i)
		r.right(field, right)
		if calls[right.Call] {
			r.say(field+".call", right.Call, "each call once")
		}
		calls[right.Call] = true
		if right.Recorded != "" {
			r.kind(field+".recorded", deprovision.ArtifactKind(right.Recorded))
		}
		if right.Kind != "" && !slices.ContainsFunc(s.Artifacts, func(e Entry) bool { return e.Kind == right.Kind }) {
			r.say(field+".kind", string(right.Kind), "a kind that an entry of artifacts has")
		}
	}
}

func (r *report) right(field string, right Right) {
	if right.Call == "" {
		r.say(field+".call", "", "the call that needs the right")
	}
	byGraph := len(right.Permissions)+len(right.Roles) > 0
	if (right.Cmdlet != "") == byGraph {
		r.say(field, right.Call, "either a cmdlet, or permissions and roles that allow it")
	}
	for _, p := range right.Permissions {
		if p == "" || p != strings.TrimSpace(p) {
			r.say(field+".permissions", p, "names of permissions")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(right.Roles)) {
		r.role(field+".roles", id)
	}
}
