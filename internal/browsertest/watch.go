package browsertest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch collects what goes wrong in a page unseen. The library calls note, one event after the other.
type watch struct {
	dismiss func() error // closes a dialog
	work    sync.WaitGroup

	mu       sync.Mutex
	problems []string
	origins  []string // that the page may ask
	expected []string
	asked    map[network.RequestID]string
	text     string // last copied
	count    int    // how often something was copied
	changed  chan struct{}
}

func newWatch() *watch {
	return &watch{asked: map[network.RequestID]string{}, changed: make(chan struct{})}
}

// Expect says that problems with this substring are no surprise, e.g. the address that a test answers with 500.
func (p *Page) Expect(substring string) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.watch.expected = append(p.watch.expected, substring)
}

// Allow lets the page ask another origin than those of the addresses that were opened.
func (p *Page) Allow(url string) { p.watch.allow(url) }

// Problems returns what went wrong so far and was not expected: errors and warnings of the console, uncaught exceptions, requests that
// failed or were answered with 400 and above, violations of the Content-Security-Policy, requests to other origins, dialogs.
func (p *Page) Problems() []string {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	_ = evaluate(ctx, "0", nil) // events come in order: after the answer all before it were noted
	return p.watch.unexpected()
}

// finish fails the test for what went wrong unseen.
func (p *Page) finish() {
	p.tb.Helper()
	if p.ctx.Err() != nil {
		if !p.tb.Failed() {
			p.tb.Error("the browser ended before the test did")
		}
		return
	}
	for _, problem := range p.Problems() {
		p.tb.Errorf("in the page, unseen: %s", problem)
	}
}

func (w *watch) unexpected() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []string
	for _, problem := range w.problems {
		if !slices.ContainsFunc(w.expected, func(s string) bool { return strings.Contains(problem, s) }) {
			found = append(found, problem)
		}
	}
	return found
}

func (w *watch) wait() { w.work.Wait() }

func (w *watch) allow(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.origins = append(w.origins, origin(address))
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

func (w *watch) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// note must return soon and ask the browser nothing.
func (w *watch) note(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError || event.Type == runtime.ConsoleAPICalledTypeWarning || event.Type == runtime.ConsoleAPICalledTypeAssert {
			w.problem("console.%s: %s", event.Type, arguments(event.Args))
		}
	case *runtime.EventExceptionThrown:
		w.problem("uncaught: %s", thrown(event.ExceptionDetails))
	case *runtime.EventBindingCalled:
		if event.Name == copiedBinding {
			w.text, w.count = event.Payload, w.count+1
			close(w.changed)
			w.changed = make(chan struct{})
		}
	case *log.EventEntryAdded:
		w.entry(event.Entry)
	case *page.EventJavascriptDialogOpening:
		w.problem("dialog (%s): %s", event.Type, event.Message)
		w.work.Go(func() { _ = w.dismiss() }) // it may close by itself
	case *inspector.EventTargetCrashed:
		w.problem("the page crashed")
	default:
		w.traffic(event)
	}
}

func (w *watch) entry(e *log.Entry) {
	if e.Source == log.EntrySourceNetwork && e.NetworkRequestID != "" {
		return // traffic notes it, with more of it
	}
	if e.Level == log.EntryLevelError || e.Level == log.EntryLevelWarning {
		w.problem("%s (%s): %s %s", e.Level, e.Source, e.Text, e.URL)
	}
}

func (w *watch) traffic(event any) {
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked[event.RequestID] = event.Request.Method + " " + event.Request.URL
		w.foreign(event.Request.URL)
	case *network.EventWebSocketCreated:
		w.foreign("http" + strings.TrimPrefix(event.URL, "ws"))
	case *network.EventResponseReceived:
		if event.Response.Status >= 400 {
			w.problem("%s: answered with %d", w.asked[event.RequestID], event.Response.Status)
		}
	case *network.EventLoadingFailed:
		isOver := event.Canceled && event.BlockedReason == ""
		if !isOver && event.ErrorText != "net::ERR_ABORTED" && event.ErrorText != "net::ERR_INTERNET_DISCONNECTED" {
			w.problem("%s: %s %s", w.asked[event.RequestID], event.ErrorText, event.BlockedReason)
		}
	}
}

// foreign notes a request that leaves the test.
func (w *watch) foreign(address string) {
	if strings.HasPrefix(address, "http") && !slices.Contains(w.origins, origin(address)) {
		w.problem("foreign request: %s", address)
	}
}

func (w *watch) copies() int { w.mu.Lock(); defer w.mu.Unlock(); return w.count }

func (w *watch) copied() (text string, n int, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text, w.count, w.changed
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		switch {
		case arg.Description != "":
			words = append(words, arg.Description)
		default:
			words = append(words, string(arg.Value))
		}
	}
	return strings.Join(words, " ")
}

func thrown(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text + " " + e.URL
}
