package tenantsim

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Faults holds the injected faults of a simulator. Older faults go first; a
// call is hit by one fault at most.
type Faults struct {
	mu   sync.Mutex
	next int
	list atomic.Pointer[[]*FaultHandle]
}

var faultKinds = []FaultKind{
	FaultThrottle, FaultConcurrency, FaultHTML503, FaultError500, FaultForbidden, FaultNulGzip403,
	FaultResetBeforeCommit, FaultResetAfterCommit, FaultLatency, FaultHang,
}

// Add injects a fault. It fails for an unknown kind, or for a kind that lacks
// its time.
func (f *Faults) Add(fault Fault) (*FaultHandle, error) {
	if !slices.Contains(faultKinds, fault.Do) {
		return nil, fmt.Errorf("fault: unknown kind %q, want one of %v", fault.Do, faultKinds)
	}
	if fault.Do == FaultLatency && fault.Latency <= 0 {
		return nil, fmt.Errorf("fault: kind %q needs latency in seconds", fault.Do)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	h := &FaultHandle{ID: strconv.Itoa(f.next), fault: fault, hit: make(chan struct{}), released: make(chan struct{})}
	list := append(slices.Clone(f.all()), h)
	f.list.Store(&list)
	return h, nil
}

// Must is Add for tests: it panics on an invalid fault.
func (f *Faults) Must(fault Fault) *FaultHandle {
	h, err := f.Add(fault)
	if err != nil {
		panic(err)
	}
	return h
}

// Get finds an injected fault by its ID.
func (f *Faults) Get(id string) (*FaultHandle, bool) {
	i := slices.IndexFunc(f.all(), func(h *FaultHandle) bool { return h.ID == id })
	if i < 0 {
		return nil, false
	}
	return f.all()[i], true
}

// Clear removes all faults and releases the calls that hang.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.all() {
		h.Release()
	}
	f.list.Store(nil)
}

func (f *Faults) all() []*FaultHandle {
	if p := f.list.Load(); p != nil {
		return *p
	}
	return nil
}

// pick returns the fault that hits this request, if any.
func (f *Faults) pick(r *request) *FaultHandle {
	for _, h := range f.all() {
		m := &h.fault.Match
		if m.simple(r.call) && (m.Target == "" || m.target(r.targets()...)) && h.take() {
			return h
		}
	}
	return nil
}
