package browsertest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// recorder stands in for a test that is expected to fail, and keeps what it would have said.
type recorder struct {
	testing.TB

	mu     sync.Mutex
	said   []string
	failed bool
	ends   []func()
}

// record runs a test and returns what made it fail.
func record(t *testing.T, test func(tb testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for len(r.ends) > 0 {
				last := r.ends[len(r.ends)-1]
				r.ends = r.ends[:len(r.ends)-1]
				last()
			}
		}()
		test(r)
	}()
	<-done
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.said, "\n")
}

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Cleanup(f func())    { r.ends = append(r.ends, f) }
func (r *recorder) Failed() bool        { r.mu.Lock(); defer r.mu.Unlock(); return r.failed }

func (r *recorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said, r.failed = append(r.said, fmt.Sprint(args...)), true
}

func (r *recorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
