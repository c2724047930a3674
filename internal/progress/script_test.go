package progress

import (
	"strings"
	"testing"
)

// Without the line a server that is out of memory would stop a script half done.
func TestEveryScriptBeginsWithTheShebangLine(t *testing.T) {
	t.Parallel()
	files, err := sources.ReadDir("lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := sources.ReadFile("lua/" + f.Name())
		if err != nil || !strings.HasPrefix(string(text), "#!lua") {
			t.Errorf("%s begins otherwise, %v", f.Name(), err)
		}
	}
}
