package transport

import (
	"errors"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// parts is what became of the parts of a success.
type parts []error

// wait is the longest wait that a part asks for.
func (p parts) wait() time.Duration {
	var longest time.Duration
	for _, f := range p.failures() {
		longest = max(longest, f.RetryAfter)
	}
	return longest
}

// refused reports whether the token is at fault: a part says so, or every part is forbidden. One mailbox that is out of bounds is no reason
// to sign in anew for each batch.
func (p parts) refused() bool {
	forbidden := 0
	for _, f := range p.failures() {
		if f.Status == http.StatusUnauthorized {
			return true
		}
		if f.Class == deprovision.Forbidden {
			forbidden++
		}
	}
	return forbidden > 0 && forbidden == len(p)
}

// excuse lets parts be tried again whose token was revoked before its time.
func (p parts) excuse() {
	for _, f := range p.failures() {
		if f.Status == http.StatusUnauthorized {
			f.Class = deprovision.Transient
		}
	}
}

func (p parts) failures() []*deprovision.Failure {
	var out []*deprovision.Failure
	for _, err := range p {
		if f, ok := errors.AsType[*deprovision.Failure](err); ok {
			out = append(out, f)
		}
	}
	return out
}
