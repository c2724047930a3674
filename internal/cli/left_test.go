package cli_test

import (
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestTimeLeftIsWordedAsFarAsItIsKnown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		middle, high *deprovision.Duration
		since        time.Duration
		want         string
	}{
		{nil, nil, 0, ""},
		{nil, length(time.Minute), 0, ""},
		{length(3 * time.Minute), nil, 0, "about 3m"},
		{length(3 * time.Minute), length(8 * time.Minute), 0, "about 3m, at most 8m"},
		{length(3 * time.Minute), length(3*time.Minute + time.Second), 0, "about 3m"},
		{length(3 * time.Minute), length(8 * time.Minute), 2 * time.Minute, "about 1m, at most 6m"},
		{length(3 * time.Minute), length(8 * time.Minute), 5 * time.Minute, "at most 3m"},
		{length(3 * time.Minute), length(8 * time.Minute), 9 * time.Minute, "longer than expected"},
		{length(8 * time.Minute), length(3 * time.Minute), 0, "about 8m"},
		{length(0), length(0), 0, "about 0s"},
	} {
		if got := cli.Left(tc.middle, tc.high, tc.since); got != tc.want {
			t.Errorf("%v, %v after %s: %q, want %q", tc.middle, tc.high, tc.since, got, tc.want)
		}
	}
}

func TestShowTellsTheTimeLeftOfEachStepAndInAll(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	eta := noon.Add(3 * time.Minute)
	p := deprovision.Progress{Request: request("r1"), Status: deprovision.Held, Step: 1, Steps: steps(), Left: length(3*time.Minute + 8*time.Second),
		LeftHigh: length(8*time.Minute + 8*time.Second), ETA: &eta}
	p.Steps[1].Left, p.Steps[1].LeftHigh = length(time.Minute), length(2*time.Minute)
	w.has(p)
	w.run("show", name("r1")).want(t, cli.Success, "time left     about 3m, at most 8m", "done          about 12:03:00Z", "LEFT", "about 52s, at most 1m")
	p.Request, p.Left, p.LeftHigh = request("r2"), nil, nil
	w.has(p)
	w.run("show", name("r2")).want(t, cli.Success, "time left     about 3m")
}
