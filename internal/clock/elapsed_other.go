//go:build !linux

package clock

import "time"

var started = time.Now()

// elapsed returns nanoseconds since the process started. The monotonic clock may stand still while the machine is suspended.
func elapsed() int64 { return int64(time.Since(started)) }
