package deprovision

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class is what a failed call means for the work. Adapters classify once; only the engine decides what follows.
type Class string

// The classes of failure.
const (
	Gone      Class = "gone"      // the object is not there
	Throttled Class = "throttled" // the service asks to wait: RetryAfter
	Forbidden Class = "forbidden" // the identity may not do this
	Transient Class = "transient" // nothing happened; worth another try
	Malformed Class = "invalid"   // the call itself is wrong; another try fails too
	Unknown   Class = "unknown"   // the call was sent, its effect is not known: re-read first
)

// Failure is a failed call to a tenant or product.
type Failure struct {
	Class      Class
	API        string        // "graph", "exchange", "sharepoint", "login", "product"
	Call       string        // e.g. "DELETE /servicePrincipals/{id}" or "Remove-TransportRule"
	Status     int           // HTTP status; 0 when there was no answer
	RequestID  string        // the service's id of the call, for its support
	RetryAfter time.Duration // for Throttled; rounded up
	Err        error         // the cause, without any secret
}

// Error tells the call, what it means, by what its service knows it, and the cause.
func (f *Failure) Error() string {
	var known []string
	if f.Status != 0 {
		known = append(known, fmt.Sprint("status ", f.Status))
	}
	if f.RequestID != "" {
		known = append(known, "request-id "+f.RequestID)
	}
	class := string(f.Class)
	if len(known) > 0 {
		class += " (" + strings.Join(known, ", ") + ")"
	}
	return fmt.Sprintf("%s: %s: %s: %v", f.API, f.Call, class, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ClassOf returns the class of err; an error that is no Failure is transient when nothing was sent, and that is what it is taken for.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Class
	}
	if _, ok := errors.AsType[*Invalid](err); ok {
		return Malformed
	}
	return Transient
}
