package browsertest

import (
	"bytes"
	"os"

	"github.com/chromedp/chromedp"
)

// flags are the command line: headless, nothing of a person's profile, and no traffic of the browser's own. The library adds a user
// data directory of its own, which goes with the process, --no-sandbox for root (Chromium refuses to start otherwise), and the
// kernel's promise that the browser dies with this process (Linux).
func flags(path string) []chromedp.ExecAllocatorOption {
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []struct {
		name  string
		value any
	}{
		{"headless", "new"},
		{"disable-gpu", true},
		{"allow-pre-commit-input", true}, // else what a hand does before a page is first painted is lost
		{"disable-quic", true},
		{"disable-component-update", true},
		{"disable-domain-reliability", true},
		{"no-pings", true},
		{"no-service-autorun", true},
		// The address bar, which nobody sees, would load two pages of its own for each window, in one more process. The first two names are the library's.
		{"disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"},
		{"disable-search-engine-choice-screen", true},
		// A name that no test serves is not found, instead of being asked for outside.
		{"host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE ::1"},
		{"proxy-server", "direct://"},
		{"lang", "en-US"},
		{"font-render-hinting", "none"}, // one picture on every machine with the same fonts
		{"disable-lcd-text", true},
	} {
		options = append(options, chromedp.Flag(flag.name, flag.value))
	}
	return append(options, chromedp.ExecPath(path), chromedp.Env("LANGUAGE=en", "TZ=UTC"))
}

// isSnapStub says whether a binary is the script by which Ubuntu's package points to a snap.
func isSnapStub(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 4096)
	n, _ := f.Read(head) // what cannot be read is no script
	return bytes.HasPrefix(head[:n], []byte("#!")) && bytes.Contains(head[:n], []byte("snap install"))
}
