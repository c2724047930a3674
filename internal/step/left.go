package step

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// rest is what a step is asked about when it will not be run, or not to its end.
type rest struct {
	name    string
	state   deprovision.Progress
	account deprovision.Account
	plan    deprovision.Plan
	service *footprint.Service
}

// current reports whether the step is the one that the request is at.
func (r rest) current() bool {
	return r.state.Step < len(r.state.Steps) && r.state.Steps[r.state.Step].Name == r.name
}

// artifacts lists what the plan has for the step and what is not behind its cursor. What may have been called about is in doubt, and not
// listed here.
func (r rest) artifacts() []deprovision.Artifact {
	list := r.plan.Of(r.name)
	if !r.current() {
		return list
	}
	batch := r.plan.Together(r.name, r.state.Cursor)
	doubt := r.state.MaybeCalled != "" && len(batch) > 1 && batch[0].ID == r.state.MaybeCalled // all that is open of it
	var open []deprovision.Artifact
	for i, a := range list[min(r.state.Cursor, len(list)):] {
		over := i < len(batch) && (doubt || slices.Contains(r.state.Settled, i))
		if i == 0 && a.ID == r.state.MaybeCalled { // alone: the sign-in of a user has the id of the user, who comes behind it
			continue
		}
		if !over {
			open = append(open, a)
		}
	}
	return open
}

// Left says what stays if the named steps are not run any more.
func (s *Steps) Left(state deprovision.Progress, account deprovision.Account, plan deprovision.Plan, steps []string) engine.Leftover {
	service, ok := s.deps.Footprints.Service(state.Request.Product, state.Request.Service)
	if !ok {
		return engine.Leftover{}
	}
	var out engine.Leftover
	for _, name := range steps {
		r := rest{name: name, state: state, account: account, plan: plan, service: service}
		if l, ok := find(name).(leaver); ok {
			out.Stays = append(out.Stays, l.left(r)...)
		}
	}
	out.Note = mailNote(state, service, plan, steps)
	return out
}

func (removal) left(r rest) []deprovision.Remainder {
	var stays []deprovision.Remainder
	if task, manual := r.service.ByHand(r.name, r.account, &r.plan, ""); manual && r.state.Plan != nil && r.state.Facts[r.name] == "" {
		stays = append(stays, task.Remainder)
	}
	for _, a := range r.artifacts() {
		if shared[a.Kind] != nil && r.hasLetGo(a.Kind) {
			stays = append(stays, r.service.Remain(a, "given up by this account, which no longer needs it"))
			continue
		}
		stays = append(stays, r.service.Remain(a, ""))
	}
	return stays
}

// hasLetGo reports whether the account gave up what it shares. The account's record may be older than the document.
func (r rest) hasLetGo(kind deprovision.ArtifactKind) bool {
	mark := shared[kind](r.account)
	return slices.Contains(strings.Fields(r.state.Facts[letGo]), mark) || slices.Contains(r.account.LetGo, mark)
}

// left is the whole footprint by its names: without an inventory nobody knows more.
func (takeInventory) left(r rest) []deprovision.Remainder {
	if r.state.Plan != nil {
		return nil
	}
	return unseen(r.service, r.account)
}

func (verifyRemoval) left(r rest) []deprovision.Remainder {
	if r.state.Plan == nil {
		return nil
	}
	var stays []deprovision.Remainder
	if r.current() {
		for _, a := range r.plan.Artifacts {
			if slices.Contains(settled(r.state.Facts, VerifyRemoval).Still, a.ID) {
				stays = append(stays, r.service.Remain(a, "called about, and still there"))
			}
		}
	}
	return append(stays, beforehand(r.service, r.plan)...)
}

func (removeAtProduct) left(r rest) []deprovision.Remainder {
	if r.current() && r.state.MaybeCalled == RemoveAtProduct || r.state.Facts[rowBefore] != "" ||
		strings.HasPrefix(r.state.Facts[RemoveAtProduct], byPersonBefore) {
		return nil
	}
	return []deprovision.Remainder{{
		Name:         rowName(r.service, r.state),
		Instructions: r.service.Stops[manual], Link: r.service.Product().Console,
	}}
}

func rowName(service *footprint.Service, state deprovision.Progress) string {
	return fmt.Sprintf("%s: row of the service account %s", service.Product().Name, state.Request.Account)
}

func (closeAccount) left(r rest) []deprovision.Remainder {
	if !r.current() || r.account.State == deprovision.AccountClosed {
		return nil
	}
	return []deprovision.Remainder{{Name: recordName(r.state),
		Instructions: "It is still active; ask for the removal again."}}
}

func recordName(state deprovision.Progress) string {
	return "record of the service account " + state.Request.Account
}

// mailNote tells whether mail still takes the vendor's way.
func mailNote(state deprovision.Progress, service *footprint.Service, plan deprovision.Plan, steps []string) string {
	if state.Plan == nil {
		return service.MailNote(nil, nil, nil)
	}
	stays := func(a deprovision.Artifact) bool {
		r := rest{name: a.Step, state: state, plan: plan, service: service}
		return slices.Contains(steps, a.Step) && has(r.artifacts(), a) || listed(service, state, a)
	}
	doubt := func(a deprovision.Artifact) bool {
		return a.ID == state.MaybeCalled || slices.Contains(state.InDoubt, a.ID)
	}
	return service.MailNote(&plan, stays, doubt)
}
