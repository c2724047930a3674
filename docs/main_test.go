// The tests of this directory hold the documentation to the tree: what a page names has to be there.
package docs_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
