package journal

import (
	"fmt"
	"strconv"
	"strings"
)

// MinServer is the oldest nats-server that is accepted. Schedules came with 2.12; before 2.15 acknowledged messages could be lost in a
// power failure even where the server was told to write through to the disk always.
const MinServer = "2.15.0"

// TooOld says that the server can't carry the journal.
type TooOld struct {
	Version string // as the server tells it; "" when it tells none
}

// Error names both versions and says what to do.
func (e *TooOld) Error() string {
	return fmt.Sprintf("nats-server %q is too old: %s or newer is needed; upgrade every server of the cluster, then start again", e.Version, MinServer)
}

// atLeast compares versions such as "2.15.2" or "2.16.0-RC.1"; one that can't be read is too old.
func atLeast(version, least string) bool {
	have, want := strings.SplitN(version, ".", 3), strings.SplitN(least, ".", 3)
	if len(have) < 3 {
		return false
	}
	for i := range want {
		digits := have[i][:len(have[i])-len(strings.TrimLeft(have[i], "0123456789"))]
		h, err := strconv.Atoi(digits)
		w, _ := strconv.Atoi(want[i])
		if err != nil || h != w {
			return err == nil && h > w
		}
	}
	return true
}
