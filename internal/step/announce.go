package step

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// announce tells who listens what is about to stop working and what their alerts will see, in an event of its own: it is in the journal before
// anything is removed.
type announce struct{}

// The most that an announcement names: it has to fit into one message, with room for the document beside it. The plan has the rest.
const (
	mostAnnounced     = 500
	mostAnnouncedText = 128 << 10 // bytes of ids and names as JSON writes them
)

func (announce) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	a := j.announcement(plan)
	fact := j.state.Plan.Digest + " announced at " + j.now().UTC().Format(time.RFC3339)
	return engine.Result{Apply: note(Announce, fact), Announcement: a, Detail: told(a, unlogged(plan), j.service.Announce)}, nil
}

func (j *job) announcement(plan deprovision.Plan) *deprovision.Announcement {
	a := &deprovision.Announcement{Plan: j.state.Plan.Digest, Account: j.account.ID, AppID: j.account.AppID,
		Operations: footprint.Operations(plan, j.state.Request.Options.Purge)}
	for _, name := range slices.Concat(j.service.Announce, j.account.Consumers) {
		if !slices.Contains(a.Consumers, name) {
			a.Consumers = append(a.Consumers, name)
		}
	}
	room := mostAnnouncedText
	for _, artifact := range plan.Artifacts {
		if room -= written(artifact.ID) + written(artifact.Name); len(a.Objects) == mostAnnounced || room < 0 {
			break
		}
		a.Objects = append(a.Objects, deprovision.AnnouncedObject{Kind: artifact.Kind, ID: artifact.ID, Name: artifact.Name})
	}
	a.More = len(plan.Artifacts) - len(a.Objects)
	return a
}

// unlogged counts, by kind, the artifacts of which nobody says what the tenant's logs will call their removal.
func unlogged(plan deprovision.Plan) string {
	var kinds []string
	counts := map[string]int{}
	for _, a := range plan.Artifacts {
		if _, _, ok := footprint.Audited(a.Kind); ok {
			continue
		}
		if counts[string(a.Kind)]++; counts[string(a.Kind)] == 1 {
			kinds = append(kinds, string(a.Kind))
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%s (%d)", kind, counts[kind])
	}
	return strings.Join(kinds, ", ")
}

// told is the announcement in one line for a person. silent names what the logs have no published name for; known are the
// consumers that are not the customer's own.
func told(a *deprovision.Announcement, silent string, known []string) string {
	counts := make([]string, len(a.Operations))
	for i, o := range a.Operations {
		counts[i] = fmt.Sprintf("%s: %s (%d)", o.Log, o.Operation, o.Count)
	}
	text := fmt.Sprintf("About to remove %d objects of App Id %s by the plan %s.", len(a.Objects)+a.More, a.AppID, a.Plan)
	if len(counts) > 0 {
		text += " Expect in the tenant's logs " + strings.Join(counts, ", ") + "."
	}
	if silent != "" {
		text += " Microsoft publishes no name for the entries about " + silent + "."
	}
	if len(known) > 0 {
		text += " What stops working for: " + strings.Join(known, "; ") + "."
	}
	if own := len(a.Consumers) - len(known); own > 0 {
		text += fmt.Sprintf(" Of your own, by the account's record: %d.", own)
	}
	return text
}
