package transport

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterIsNeverTooEarly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	for text, want := range map[string]time.Duration{
		"2.128": 3 * time.Second, "0.9": time.Second, "0": time.Second, "7": 7 * time.Second, "86399.5": longestWait, "999999999999999999": longestWait,
		"Sun, 01 Mar 2026 12:00:10 GMT": 10 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": time.Second, "Sun, 01 Mar 2037 11:00:00 GMT": longestWait,
		"": 0, "-1": 0, "soon": 0, "Inf": 0, "NaN": 0, "1e3": 0, "0x10": 0, "1,5": 0,
	} {
		got, advised := retryAfter(http.Header{"Retry-After": {text}}, now)
		if got != want || advised != (want > 0) {
			t.Errorf("%q: %s, %v, want %s", text, got, advised, want)
		}
	}
	skewed := http.Header{"Retry-After": {"Sun, 01 Mar 2026 09:00:30 GMT"}, "Date": {"Sun, 01 Mar 2026 09:00:00 GMT"}}
	if got, _ := retryAfter(skewed, now); got != 30*time.Second {
		t.Errorf("the server's own clock counts: %s", got)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"2.128", "0", "-3", "Sun, 01 Mar 2026 12:00:10 GMT", "1e9", "99999999999999999999", "."} {
		f.Add(text, "Sun, 01 Mar 2026 12:00:00 GMT")
	}
	now := time.Unix(1_772_366_400, 0)
	f.Fuzz(func(t *testing.T, text, date string) {
		got, advised := retryAfter(http.Header{"Retry-After": {text}, "Date": {date}}, now)
		if advised && (got < shortestWait || got > longestWait || got%time.Second != 0) || !advised && got != 0 {
			t.Errorf("%q: %s, %v", text, got, advised)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		`{"error":{"code":"NotFound","message":"m","details":[{"message":"Ex1|A.B.ManagementObjectNotFoundException|gone"}]}}`,
		`{"error":"invalid_client","error_description":"AADSTS7000215"}`, `{"error":{"code":1,"details":{}}}`, `{"error":null}`,
		`{"odata.error":{"code":"-1, Microsoft.SharePoint.Client.ResourceNotFoundException","message":{"lang":"en-US","value":"m"}}}`, "<html>", "\x00\x00", `[]`, `{"error":{"innerError":[]}}`,
	} {
		f.Add([]byte(body), 404)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		p := readProblem(http.Header{}, body)
		for _, api := range []string{"exchange", "sharepoint"} {
			if class := classOf(api, status, p, false, true); class == "" {
				t.Error("no class")
			}
		}
		text := scrub(p.String(), []string{"hidden-token"})
		if len(text) > longest+len("…") {
			t.Errorf("%d bytes", len(text))
		}
		for _, r := range text {
			if r < ' ' {
				t.Errorf("%q", text)
			}
		}
	})
}
