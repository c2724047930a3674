package query

import (
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Page is the answer to a list, newest first.
type Page struct {
	Requests []Summary `json:"requests"`
	Next     string    `json:"next,omitempty"` // Filter.After of the next page; "" on the last
}

// Summary is one row of a list: what a screen shows of a request before it is opened.
type Summary struct {
	deprovision.Ref
	Account   string             `json:"account"`
	Status    deprovision.Status `json:"status"`
	Detail    string             `json:"detail,omitempty"` // at most 200 bytes
	Seq       uint64             `json:"seq"`
	Step      string             `json:"step,omitempty"`  // name of the current step
	Done      int                `json:"done"`            // finished steps
	Total     int                `json:"total"`           // all steps
	Removed   int                `json:"removed"`         // artifacts
	Remainder int                `json:"remainder"`       // things left
	Stop      string             `json:"stop,omitempty"`  // name of the stop it waits at
	Until     *time.Time         `json:"until,omitempty"` // end of its park
	Started   time.Time          `json:"started"`
	Updated   time.Time          `json:"updated"`
	ETA       *time.Time         `json:"eta,omitempty"`

	Left     *deprovision.Duration `json:"left,omitempty"`     // as in the progress document
	LeftHigh *deprovision.Duration `json:"leftHigh,omitempty"` // likewise
	ETAHigh  *time.Time            `json:"etaHigh,omitempty"`  // likewise
}

// Summarize makes the row of a progress document.
func Summarize(p deprovision.Progress) Summary {
	s := Summary{Ref: p.Request.Ref(), Account: p.Request.Account, Status: p.Status, Detail: clip(p.Detail, 200), Seq: p.Seq, Total: len(p.Steps),
		Removed: p.Removed, Remainder: len(p.Remainder), Started: p.Started, Updated: p.Updated, ETA: p.ETA,
		Left: p.Left, LeftHigh: p.LeftHigh, ETAHigh: p.ETAHigh}
	for _, step := range p.Steps {
		if step.State == deprovision.StepDone || step.State == deprovision.StepSkipped {
			s.Done++
		}
	}
	if !p.Status.Terminal() && p.Step >= 0 && p.Step < len(p.Steps) {
		s.Step = p.Steps[p.Step].Name
	}
	if p.Stop != nil && p.Status == deprovision.Waiting {
		s.Stop = p.Stop.Name
	}
	if p.Park != nil && p.Status == deprovision.Parked {
		s.Until = &p.Park.Until
	}
	return s
}

// PlanAnswer is the answer to a plan question. The artifacts themselves lie in the plan stream, under the digest.
type PlanAnswer struct {
	deprovision.Ref
	Status deprovision.Status       `json:"status"`
	Stop   uint64                   `json:"stop,omitempty"` // seq of the stop that waits for an answer; 0 when none does
	Plan   *deprovision.PlanSummary `json:"plan,omitempty"` // nil while no plan was made
}

func clip(s string, limit int) string {
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit-3], "") + "…"
	}
	return s
}
