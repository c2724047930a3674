package step

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// byPerson is the stop at which a person does what no call can; nil when there is nothing to do, or it was done. done writes down who did it, when,
// and what they said.
func (j *job) byPerson(ctx context.Context, plan deprovision.Plan) (stop *engine.Result, done func(*deprovision.Progress), err error) {
	task, manual := j.service.ByHand(j.name, j.account, &plan, j.adminCenter())
	if !manual || j.state.Facts[j.name] != "" {
		return nil, nil, nil
	}
	detail := task.Name + ": " + task.Instructions
	if task.Found != "" {
		if held := j.hold(plan); held != nil {
			return held, nil, nil
		}
		why, there, err := j.lookAgain(ctx, task)
		switch {
		case err != nil:
			return nil, nil, err
		case why != "":
			left := task.Remainder
			left.Instructions = why + ". " + left.Instructions
			return nil, all(note(j.name, "left: "+why), leave(left), j.given()), nil
		case !there && !j.answered(deprovision.ManualDone):
			if again := j.absentOnce(); again != nil {
				return again, nil, nil
			}
			return nil, all(note(j.name, "nobody had to do it: it was gone at "+j.now().UTC().Format(time.RFC3339)), j.given()), nil
		case there && j.answered(deprovision.ManualDone):
			r := j.manualStop("It is still there. "+detail, task.Instructions, task.Link)
			return &r, nil, nil
		}
	}
	if j.answered(deprovision.ManualDone) {
		return nil, all(note(j.name, j.doneByHand()), j.given()), nil
	}
	r := j.manualStop(detail, task.Instructions, task.Link)
	return &r, nil, nil
}

// absentOnce parks until something is read again that was absent at the first read, for one empty answer is no proof; nil when it was read twice.
func (j *job) absentOnce() *engine.Result {
	key := j.name + "-absent"
	first := at(j.state.Facts[key])
	until := first.Add(pause)
	if !first.IsZero() && !j.now().Before(until) {
		return nil
	}
	r := engine.Result{Park: &until, Detail: "it is gone at the first read; reading again"}
	if first.IsZero() {
		until = j.now().UTC().Add(pause)
		r.Apply = note(key, j.now().UTC().Format(time.RFC3339Nano))
	}
	return &r
}

// doneByHand says who closed a manual step, when, and with which note.
func (j *job) doneByHand() string {
	a := j.state.Answer
	text := byPersonBefore + a.DecidedBy + " at " + j.now().UTC().Format(time.RFC3339)
	if reason := strings.TrimSpace(a.Reason); reason != "" {
		text += ": " + reason
	}
	return text
}

// lookAgain reads what a person is asked to remove: a person is not asked for what is gone, and is believed when it is. why tells why it has to stay.
func (j *job) lookAgain(ctx context.Context, task footprint.Task) (why string, there bool, err error) {
	if err := j.open(ctx); err != nil {
		return "", false, err
	}
	if task.Found == footprint.AppPrincipal && j.tenant.SharePoint == nil { // that nobody can look is no absence
		return "", false, failure(j.name, errors.New("the worker's configuration does not say where SharePoint is"))
	}
	k, err := j.kindOf(task.Found)
	if err != nil {
		return "", false, err
	}
	objects, err := k.list(ctx, j)
	if err != nil || len(objects) == 0 {
		return "", false, err
	}
	if shared[task.Found] == nil {
		return "", true, nil
	}
	why, err = j.keeps(ctx, deprovision.Artifact{Kind: task.Found, ID: objects[0].ID, Name: objects[0].Name})
	return why, true, err
}

// manualStop asks a person to do something.
func (j *job) manualStop(detail, instructions, link string) engine.Result {
	m := &deprovision.Manual{Instructions: instructions, Link: cmp.Or(link, j.service.Product().Console), Owner: j.policy.ManualOwner}
	if j.policy.ManualDue > 0 {
		due := j.now().Add(j.policy.ManualDue).UTC()
		m.Due = &due
	}
	kind, _ := deprovision.StopNamed(manual)
	return engine.Result{Detail: detail, Stop: &deprovision.Stop{Name: manual, Detail: detail, Manual: m, Offers: slices.Clone(kind.Offers)}}
}
