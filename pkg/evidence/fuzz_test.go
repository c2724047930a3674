package evidence_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func FuzzVerify(f *testing.F) {
	good := whole(f)
	f.Add(good)
	f.Add(forged(f))
	f.Add(good[:len(good)/2])
	f.Add(append(slices.Clone(good), good...))
	f.Add([]byte("{\"kind\":\"header\"}\n{\"kind\":\"event\",\"seq\":18446744073709551615}\n{\"kind\":\"close\"}\n"))
	f.Add([]byte("{\"kind\":\"header\",\"after\":18446744073709551615}\n{\"kind\":\"plan\",\"part\":-1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sum, err := verify(data)
		var b *evidence.BrokenError
		switch {
		case err == nil && (sum.Request == "" || sum.Events+sum.Plans > bytes.Count(data, []byte("\n"))):
			t.Errorf("whole: %+v", sum)
		case errors.As(err, &b) && (len(b.Problems) == 0 || b.Error() == ""):
			t.Errorf("broken without a reason")
		case err != nil && b == nil && !errors.Is(err, evidence.ErrNoBundle):
			t.Errorf("%v", err)
		}
		if _, shown := evidence.Report(bytes.NewReader(data), io.Discard, evidence.Check{}); (shown == nil) != (err == nil) {
			t.Errorf("verified: %v, reported: %v", err, shown)
		}
		if err == nil && len(data) > 0 { // whatever is whole is so in one way only
			data[len(data)/2] ^= 1
			if _, err := verify(data); err == nil {
				t.Error("a changed byte is not found")
			}
		}
	})
}
