package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	startTime = 2 * time.Minute // two cores that compile something else at that moment
	closeTime = 20 * time.Second
)

// M runs a package's tests and ends Chromium after the last of them, before goleak looks:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(browsertest.M{Tests: m}) }
type M struct {
	Tests interface{ Run() int }
}

// Run runs the tests. What goes wrong when Chromium is ended fails them.
func (m M) Run() int {
	code := m.Tests.Run()
	if err := Close(); err != nil {
		fmt.Fprintln(os.Stderr, "browsertest:", err)
		code = max(code, 1)
	}
	return code
}

// process is a running Chromium.
type process struct {
	ctx  context.Context // the library's: pages are opened below it, and it ends when the process does
	stop context.CancelFunc
}

// shared is the one Chromium of this test binary. It is started with the first page.
var shared struct {
	sync.Mutex

	running *process
}

// Close ends Chromium and waits until its processes are gone and their files removed. A page after that starts another one.
func Close() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.running == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(shared.running.ctx, closeTime)
	defer cancel()
	err := chromedp.Cancel(ctx)
	shared.running.stop()
	shared.running = nil
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("end chromium: %w", err)
	}
	return nil
}

// chromium returns the context of the running Chromium, and starts it when there is none, or none any more.
func chromium(tb testing.TB) context.Context {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.running != nil {
		if shared.running.ctx.Err() == nil {
			return shared.running.ctx
		}
		shared.running.stop() // it crashed
	}
	path, err := Binary()
	if errors.Is(err, exec.ErrNotFound) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	outlives := context.WithoutCancel(tb.Context()) // it serves the other tests as well
	allocator, free := chromedp.NewExecAllocator(outlives, flags(path)...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	stop := func() { cancel(); free() }
	guard := time.AfterFunc(startTime, cancel)
	err = chromedp.Do(ctx)
	if guard.Stop(); err != nil {
		stop()
		tb.Fatalf("start %s: %v", path, err)
	}
	shared.running = &process{ctx: ctx, stop: stop}
	return ctx
}

// quiet drops what the library logs about pages that went away; what matters comes back as an error.
func quiet(string, ...any) {}

// Binary returns the path of the browser: what CHROMIUM names, or the first of the usual names that is installed and is no mere
// pointer to a snap. Where there is none the error says what to install, and is exec.ErrNotFound.
func Binary() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("CHROMIUM: it names the browser's binary: %v", err) //nolint:errorlint // a wrong setting is no missing browser
		}
		return found, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil && !isSnapStub(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("chromium is not installed: make deps (Debian: apt-get install chromium; Ubuntu's package is only a pointer to a snap, "+
		"so install Google Chrome or name a binary with CHROMIUM=/path): %w", exec.ErrNotFound)
}
