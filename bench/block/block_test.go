package block_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/bench/block"
)

func TestBlockIsReplacedAndNothingElse(t *testing.T) {
	t.Parallel()
	b := block.Block{Name: "one", Command: "make one", Template: "one.tmpl"}
	once := b.Put("# Page\n", "first\n")
	again := b.Put(once+"behind\n", "second\n")
	if again != strings.Replace(once, "first", "second", 1)+"behind\n" || !strings.HasPrefix(again, "# Page\n\n<!-- one: ") {
		t.Errorf("%q, then %q", once, again)
	}
}

func TestBlocksOfOneDocumentLeaveEachOtherAlone(t *testing.T) {
	t.Parallel()
	one, two := block.Block{Name: "one", Command: "a", Template: "a"}, block.Block{Name: "two", Command: "b", Template: "b"}
	document := two.Put(one.Put("# Page\n", "first\n"), "second\n")
	if got := one.Put(document, "third\n"); got != strings.Replace(document, "first", "third", 1) {
		t.Errorf("%q", got)
	}
}

func ExampleBlock_Put() {
	b := block.Block{Name: "speed", Command: "make bench", Template: "speed.tmpl"}
	fmt.Print(b.Put("# Performance\n", "It is fast.\n"))
	// Output:
	// # Performance
	//
	// <!-- speed: written by `make bench`; change speed.tmpl instead -->
	// It is fast.
	// <!-- /speed -->
}
