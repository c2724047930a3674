package footprint_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inline is the footprint of the inline service.
func inline(t testing.TB) *footprint.Service {
	t.Helper()
	f, err := footprint.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, ok := f.Service(deprovision.ExchangeOnlineInline)
	if !ok {
		t.Fatal("no inline service")
	}
	return s
}
