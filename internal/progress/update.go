package progress

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Update is a progress document on its way into the picture.
type Update struct {
	Revision uint64 // stream sequence of its event
	Progress deprovision.Progress
	At       time.Time // when it was appended
}

// row is what the indexes know of a request: enough to take it out of where it no longer belongs. Numbers that may pass 2^53 are text,
// for Lua's sake.
type row struct {
	Seq    string   `json:"seq"`
	Member string   `json:"member"` // in every sorted set of In
	In     []string `json:"in"`     // sorted sets, without the beginning of their keys
	Count  string   `json:"count"`  // "<service>:<status>"
	Stop   string   `json:"stop"`   // the stop it waits at; "" when it does not wait
	Since  int64    `json:"since"`  // since when, in milliseconds
	Step   int      `json:"step"`   // steps before this one have been learnt from, or passed over
}

// done is a step that ended, with what can be learnt from it.
type done struct {
	Index int    `json:"index"`
	Name  string `json:"name"` // "<service>:<step>"
	Run   string `json:"run"`
}

// change is the newest of a batch's updates of one request.
type change struct{ Update }

// fold keeps the newest update of each request, in the order in which the requests came.
func fold(updates []Update) (changes []change, highest Update) {
	place := make(map[string]int, len(updates))
	for _, u := range updates {
		if u.Revision > highest.Revision {
			highest = u
		}
		ref := u.Progress.Request.Ref()
		if err := ref.Validate(); err != nil { // such a name could reach another's keys; no later try makes it better
			slog.Error("an event without a usable name is passed over", "revision", u.Revision, "error", err)
			continue
		}
		i, known := place[ref.Tokens()]
		if !known {
			i = len(changes)
			place[ref.Tokens()] = i
			changes = append(changes, change{Update: u})
		}
		if u.Progress.Seq > changes[i].Progress.Seq {
			changes[i].Update = u
		}
	}
	return changes, highest
}

// row makes the request's row.
func (c change) row() (string, error) {
	p := c.Progress
	r := row{
		Seq: strconv.FormatUint(p.Seq, 10), Member: memberOf(p), In: indexesOf(p),
		Count: string(p.Request.Service) + ":" + string(p.Status), Step: p.Step,
	}
	if p.Status == deprovision.Waiting && p.Stop != nil {
		r.Stop, r.Since = strconv.FormatUint(p.Stop.Seq, 10), p.Updated.UnixMilli()
	}
	body, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("row of %s: %w", p.Request.Ref().Tokens(), err)
	}
	return string(body), nil
}

// done lists the steps that can be learnt from.
func (c change) done() (string, error) {
	p := c.Progress
	out := []done{}
	for i, s := range p.Steps {
		if s.State != deprovision.StepDone || s.Started == nil || s.Ended == nil || s.Name == drainStep || s.Waited {
			continue
		}
		run := Run{Units: min(s.Total, mostUnits), Took: min(max(0, s.Ended.Sub(*s.Started)), mostSeconds*time.Second)}
		out = append(out, done{Index: i, Name: stepOf{p.Request.Service, s.Name}.field(), Run: run.text()})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("steps of %s: %w", p.Request.Ref().Tokens(), err)
	}
	return string(body), nil
}

// inStatus names the sorted set of a tenant's requests in a status.
func inStatus(tenant string, status deprovision.Status) string {
	return "in:" + tenant + ":" + string(status)
}

// indexesOf names the sorted sets that a request belongs to.
func indexesOf(p deprovision.Progress) []string {
	in := []string{
		"all", "tenant:" + p.Request.Tenant, "service:" + string(p.Request.Service), "status:" + string(p.Status),
		inStatus(p.Request.Tenant, p.Status),
	}
	if p.Request.Account != "" {
		in = append(in, "account:"+p.Request.Account)
	}
	if !p.Status.Terminal() {
		in = append(in, "open")
	}
	return in
}
