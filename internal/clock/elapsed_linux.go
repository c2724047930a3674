package clock

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// elapsed returns nanoseconds since boot, suspended time included (clock_gettime(2), since Linux 2.6.39).
func elapsed() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic(fmt.Sprintf("read CLOCK_BOOTTIME: %v", err)) // every kernel that Go runs on has it: without it no lease is safe
	}
	return t.Nano()
}
