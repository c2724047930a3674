package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// That the pictures which the page names are there, TestEveryLinkLeadsSomewhere holds.
func TestEveryPictureIsShown(t *testing.T) {
	t.Parallel()
	page := text(t, "docs/page.md")
	found, err := filepath.Glob(filepath.Join(root, "docs/screenshots/*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("%d pictures, %v", len(found), err)
	}
	const most = 3 << 20 // bytes of all: they are in every clone
	sum := int64(0)
	for _, path := range found {
		if !strings.Contains(page, "(screenshots/"+filepath.Base(path)+")") {
			t.Errorf("docs/page.md does not show %s", filepath.Base(path))
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum > most {
		t.Errorf("the pictures have %d bytes, more than %d", sum, most)
	}
}
