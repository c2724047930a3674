package engine

import (
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Result is how one run of a step went, when it did not fail with an error. The zero Result means: done, go on.
//
// Evidence counts by its outcomes. A step that returns no error and no Park, Stop or End is finished, and its cursor starts anew.
// A step that returns an error is judged by the class of the [deprovision.Failure] in it: throttled and transient park, unknown parks
// with the artifact marked as maybe called, forbidden and invalid open the stop "failed".
type Result struct {
	Apply        func(*deprovision.Progress) // folded into the append that closes the run; may be nil
	Evidence     []deprovision.Evidence      // likewise
	Rereads      []deprovision.Reread        // likewise
	Announcement *deprovision.Announcement   // likewise
	Park         *time.Time                  // set the request aside until then; the step is run again from its cursor
	Stop         *deprovision.Stop           // wait for a decision; Seq is filled in by the engine
	End          deprovision.Status          // end the request
	Detail       string                      // one line for a person
}
