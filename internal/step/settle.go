package step

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// How patiently removed objects are read again. A directory shows a removed object for a while; how long is not promised:
// https://devblogs.microsoft.com/identity/designing-for-eventual-consistency-for-microsoft-entra/
const (
	firstWait = 10 * time.Second
	maxWait   = 5 * time.Minute
	maxReads  = 8
)

// settling is what a step that waits for objects to vanish keeps between two runs, as a fact under its own name.
type settling struct {
	Reads   int        `json:"reads,omitempty"`   // that still found something, in a row
	Still   []string   `json:"still,omitempty"`   // ids of what the last read found, at most 20
	Absent  *time.Time `json:"absent,omitempty"`  // when nothing was found for the first time
	Until   *time.Time `json:"until,omitempty"`   // the end of a drain
	At      int        `json:"at,omitempty"`      // how far a pass over many artifacts has come
	There   []int      `json:"there,omitempty"`   // places in the plan of what that pass found so far: ids would outgrow the document
	Retried string     `json:"retried,omitempty"` // id of the decision that let the reads begin anew
}

// settled reads what the step kept. A fact that cannot be read counts as none: the reads begin anew.
func settled(facts map[string]string, step string) settling {
	var s settling
	if json.Unmarshal([]byte(facts[step]), &s) != nil {
		return settling{}
	}
	return s
}

func (j *job) keep(s settling) func(*deprovision.Progress) {
	text, err := json.Marshal(s)
	if err != nil { // numbers, texts and times of this century
		panic(err)
	}
	return note(j.name, string(text))
}

// patience returns what the step kept; a retry that was not honoured yet lets the reads begin anew.
func (j *job) patience() settling {
	s := settled(j.state.Facts, j.name)
	if j.answered(deprovision.Retry) && s.Retried != j.state.Answer.ID {
		s.Reads, s.Retried = 0, j.state.Answer.ID
	}
	return s
}

// mostStill is how many bytes of ids a document keeps of what was still there: what lies in SharePoint has long ones.
const mostStill = 4 << 10

// wait parks until objects that are still there are read again, or stops when that was done often enough.
func (j *job) wait(s settling, still []deprovision.Artifact, stop, consequence string) engine.Result {
	s.Reads++
	s.Absent, s.Still = nil, nil
	room := mostStill
	for _, a := range still[:min(len(still), 20)] {
		if room -= len(a.ID); room >= 0 {
			s.Still = append(s.Still, a.ID)
		}
	}
	if s.Reads < maxReads {
		until := j.now().Add(min(firstWait<<(s.Reads-1), maxWait))
		return engine.Result{Apply: j.keep(s), Park: &until, Detail: fmt.Sprintf("%d removed objects can still be read; reading again", len(still))}
	}
	detail := fmt.Sprintf("Still there after %d reads: %s. %s", s.Reads, named(still), consequence)
	r := j.stop(stop, detail, deprovision.Retry, deprovision.Skip, deprovision.Force, deprovision.Cancel)
	r.Apply = j.keep(s)
	return r
}

// named lists the first names for a person.
func named(artifacts []deprovision.Artifact) string {
	const most = 5
	var names []string
	for _, a := range artifacts[:min(len(artifacts), most)] {
		names = append(names, a.Name)
	}
	text := strings.Join(names, "; ")
	if more := len(artifacts) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
