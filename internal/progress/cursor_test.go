package progress

import (
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func FuzzCursorIsReadOrRefused(f *testing.F) {
	whole := deprovision.Progress{Started: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), Request: deprovision.Request{
		ID: "r1", Tenant: "contoso", Service: deprovision.Teams}}
	f.Add(cursorOf(memberOf(whole)))
	f.Add(cursorOf("2026-03-01T12:00:00.000000Z a.b.c"))
	f.Add("")
	f.Add("+")
	f.Fuzz(func(t *testing.T, cursor string) {
		member, err := decodeCursor(cursor)
		if err != nil {
			return
		}
		if cursorOf(member) != cursor {
			t.Fatalf("%q is read as %q, whose cursor is another", cursor, member)
		}
		if len(tokensOf([]string{member})[0]) < len("a.teams.b") {
			t.Fatalf("%q names no request", member)
		}
	})
}

func TestMembersSortAsTimesDo(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	last := ""
	for _, d := range []time.Duration{
		0, time.Microsecond, 10 * time.Microsecond, time.Millisecond, 999999 * time.Microsecond, time.Second, time.Hour, 9000 * time.Hour,
	} {
		m := memberOf(deprovision.Progress{Started: base.Add(d).In(time.FixedZone("elsewhere", -7200))})
		if m <= last {
			t.Errorf("%q does not follow %q", m, last)
		}
		last = m
	}
}
