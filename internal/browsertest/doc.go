// Package browsertest lets a test use a page as a person does: in a real, headless Chromium, with its keyboard, mouse, eyes and
// assistive technology. What a test names, it names by role and accessible name, as a screen reader says it; so what has no name cannot
// be clicked, and most tests hold the page's accessibility on the way.
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(browsertest.M{Tests: m}) }
//
//	func TestAPersonRemovesAnAccount(t *testing.T) {
//		t.Parallel()
//		server := httptest.NewServer(handler)
//		t.Cleanup(server.Close) // before the page, so that it ends after it
//		p := browsertest.New(t)
//		p.Open(server.URL)
//		p.In("row", "contoso").Click("button", "Remove")
//		dialog := p.In("dialog", "Remove the account?")
//		dialog.Fill("Type the tenant's name", "contoso")
//		dialog.Click("button", "Remove")
//		p.See("Removal requested")
//		p.Sound() // names, contrast, focus order, …
//	}
//
// Nothing sleeps: each action and each wait looks again whenever the page changes, for a minute at most, and says what it saw instead.
// Every test has a browser context of its own, so tests run in parallel in one browser; it starts with the first page and ends with
// the last test. What goes wrong unseen fails the test: errors in the console, uncaught exceptions, failed requests, requests to other
// servers, violations of the Content-Security-Policy, dialogs. A test that provokes such a thing says so by Expect.
//
// Where no Chromium is installed the test is skipped, and says how to install it; CHROMIUM=/path names another binary.
package browsertest
