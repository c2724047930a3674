package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vbauerster/mpb/v8"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestBarShowsTheShareThatIsDoneAndEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	l := &live{progress: mpb.New(mpb.WithOutput(io.Discard)), rows: map[string]*row{}}
	eta := time.Now().Add(time.Hour)
	p := deprovision.Progress{Request: deprovision.Request{Tenant: "contoso", Account: "inline"}, Status: deprovision.Held, Step: 1, ETA: &eta, Steps: []deprovision.StepProgress{
		{Name: "take-inventory", State: deprovision.StepDone}, {Name: "remove-ip-allow", State: deprovision.StepRunning, Done: 2, Total: 9}}}
	l.show(deprovision.Event{Progress: p})
	r := l.rows["contoso/inline"]
	if r.bar.Current() != 3 || r.bar.Completed() {
		t.Errorf("%d of 10 are done, completed: %t", r.bar.Current(), r.bar.Completed())
	}
	if text := r.text(); !strings.Contains(text, "left, remove-ip-allow 2/9") {
		t.Error(text)
	}
	p.Status, p.Steps[1].State, p.Steps[1].Done = deprovision.Succeeded, deprovision.StepDone, 9
	l.show(deprovision.Event{Progress: p})
	l.close() // waits for bars that are not complete
	if r.bar.Current() != 10 || !r.bar.Completed() {
		t.Errorf("%d, completed: %t", r.bar.Current(), r.bar.Completed())
	}
}
