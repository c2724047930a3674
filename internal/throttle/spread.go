package throttle

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Spread returns a time from 0 up to, but not including, the window: where in it this request may come back after its tenant's gate
// opened. It is the same on every worker, and even over all requests. An empty window gives 0.
func Spread(ref deprovision.Ref, window time.Duration) time.Duration {
	if window <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(ref.Tokens()))
	part, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:]), uint64(window)) // hash ÷ 2^64 of the window
	return time.Duration(part)                                             //nolint:gosec // below the window
}
