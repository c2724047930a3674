package progress_test

import (
	"time"

	"github.com/deprovisioner/deprovisioner/internal/clock"
)

// at is a clock that stands still.
func at(now time.Time) *clock.Fake { return clock.NewFake(now) }
