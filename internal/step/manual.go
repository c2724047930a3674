package step

import (
	"cmp"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// byPerson is the stop at which a person does what no call can; nil when there is nothing to do, or it was done. done writes down that it was.
func (j *job) byPerson() (stop *engine.Result, done func(*deprovision.Progress)) {
	what, manual := j.service.ByHand(j.name, j.account, j.adminCenter())
	switch {
	case !manual || j.state.Facts[j.name] != "":
		return nil, nil
	case j.answered(deprovision.ManualDone):
		a := j.state.Answer
		return nil, note(j.name, strings.TrimSpace(byPersonBefore+a.DecidedBy+" "+a.Reason))
	}
	r := j.manualStop(what.Name+": "+what.Instructions, what.Instructions, what.Link)
	return &r, nil
}

// manualStop asks a person to do something.
func (j *job) manualStop(detail, instructions, link string) engine.Result {
	m := &deprovision.Manual{Instructions: instructions, Link: cmp.Or(link, j.service.Product().Console), Owner: j.policy.ManualOwner}
	if j.policy.ManualDue > 0 {
		due := j.now().Add(j.policy.ManualDue).UTC()
		m.Due = &due
	}
	return engine.Result{Detail: detail, Stop: &deprovision.Stop{Name: manual, Detail: detail, Manual: m,
		Offers: []deprovision.Verb{deprovision.ManualDone, deprovision.Skip, deprovision.Cancel, deprovision.Force}}}
}
