package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

func TestLinesShowEachEventOnceThroughARestartOfNATS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := start(t, "-nats", w.URL(), "-tenant", "contoso")
	w.append(claimed)
	p.says("1  2026-11-24 08:01:00  contoso.sharepoint-online.r1  step 1 of 2  0 %  - left  held")
	w.append(verified)
	p.says("2  2026-11-24 08:02:00  contoso.sharepoint-online.r1  step 2 of 2  50 %  1m30s left  held")
	w.restart()
	w.append(halfRemoved)
	w.append(ended)
	half := "3  2026-11-24 08:03:00  contoso.sharepoint-online.r1  step 2 of 2  75 %  30s left  held"
	end := "4  2026-11-24 08:04:00  contoso.sharepoint-online.r1  step 2 of 2  100 %  - left  succeeded"
	p.says(half)
	p.says(end)
	p.end()
	p = start(t, "-nats", w.URL(), "-after", "2") // the dashboard itself was started anew
	p.says(half)
	p.says(end)
	p.end()
}

func TestPageGetsEachEventOnceThroughARestartOfNATS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := start(t, "-nats", w.URL(), "-http", "127.0.0.1:0")
	if !p.lines.Scan() {
		t.Fatal(p.lines.Err())
	}
	url := p.lines.Text()
	body, media := get(t, url, "")
	if html, err := io.ReadAll(body); err != nil || string(html) != string(page) || !strings.HasPrefix(media, "text/html") {
		t.Errorf("the page is %q, %s, %v", html, media, err)
	}
	stream, media := get(t, url+"events", "")
	if media != "text/event-stream" {
		t.Errorf("the stream is %s", media)
	}
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	w.append(claimed)
	wantEvent(t, lines, 1)
	w.restart()
	w.append(verified)
	w.append(halfRemoved)
	wantEvent(t, lines, 2)
	wantEvent(t, lines, 3)
	if err := stream.Close(); err != nil { // the browser lost it
		t.Error(err)
	}
	w.append(ended)
	stream, _ = get(t, url+"events", "3")
	lines = bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	wantEvent(t, lines, 4)
	p.end() // and with it the stream
	if lines.Scan() {
		t.Errorf("behind the last event comes %q", lines.Text())
	}
}

// get asks as a browser does that has seen an event before.
func get(t *testing.T, url, last string) (body io.ReadCloser, media string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	return answer.Body, answer.Header.Get("Content-Type")
}

func wantEvent(t *testing.T, lines *bufio.Scanner, revision uint64) {
	t.Helper()
	if !lines.Scan() || lines.Text() != fmt.Sprint("id: ", revision) {
		t.Fatalf("got %q, want event %d, %v", lines.Text(), revision, lines.Err())
	}
	lines.Scan()
	var e client.Entry
	if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &e); err != nil || e.Revision != revision || e.Progress.Seq != revision {
		t.Fatalf("event %d is %q, %v", revision, lines.Text(), err)
	}
	if lines.Scan(); lines.Text() != "" {
		t.Fatalf("event %d goes on with %q", revision, lines.Text())
	}
}

func TestBadStartIsToldAndEndsIt(t *testing.T) {
	t.Parallel()
	url := newWorld(t).URL()
	for name, args := range map[string][]string{
		"no server":      {"-nats", "nats://127.0.0.1:1"},
		"unknown option": {"-nast", "x"},
		"a bad tenant":   {"-nats", url, "-tenant", "a.b"},
		"a bad address":  {"-nats", url, "-http", "nowhere:http:x"},
	} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What people copy is to stay as short as it is said to be; lines of brackets alone do not count.
func TestEachVariantHasAboutTwentyLines(t *testing.T) {
	t.Parallel()
	for file, begin := range map[string]string{"lines.go": "\nfunc lines(", "page.go": "\nfunc pages(", "page.html": "<!doctype html>"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, code, found := strings.Cut(string(text), begin)
		n := 0
		for line := range strings.Lines(code) {
			if strings.ContainsFunc(line, unicode.IsLetter) {
				n++
			}
		}
		if !found || n < 10 || n > 24 {
			t.Errorf("%s has %d lines", file, n)
		}
		t.Log(file, n)
	}
}
