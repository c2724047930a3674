package transport

import (
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Bounds of an advice to wait. One that is beyond the longest is no advice but a fault.
const (
	shortestWait  = time.Second
	longestWait   = 24 * time.Hour
	unadvisedWait = 10 * time.Second // a service that throttles without saying for how long
)

var seconds = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]*)?$`)

// retryAfter reads the header Retry-After: seconds, of which Graph sends fractions, or an HTTP date, which is compared with the answer's
// own Date so that the clocks need not agree. The wait is in whole seconds, rounded up, and within bounds; see RFC 9110, 10.2.3, and
// https://learn.microsoft.com/graph/throttling
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds.MatchString(text) {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, false
		}
		if n >= longestWait.Seconds() { // before it overflows
			return longestWait, true
		}
		return bounded(time.Duration(n * float64(time.Second))), true
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		now = sent
	}
	return bounded(until.Sub(now)), true
}

func bounded(d time.Duration) time.Duration {
	return min(max(wholeSeconds(d), shortestWait), longestWait)
}

// advice is how long the service wants to be left alone, and whether it said so: the longer of Retry-After and the end of a budget that is
// used up. See https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
func advice(h http.Header, now time.Time) (time.Duration, bool) {
	wait, advised := retryAfter(h, now)
	if rest := usedUp(h); rest > 0 {
		return max(wait, rest), true
	}
	return wait, advised
}

// usedUp reads RateLimit-Remaining and RateLimit-Reset, in seconds; 0 means that there is something left, or that nobody says.
func usedUp(h http.Header) time.Duration {
	left, reset := h.Get("RateLimit-Remaining"), h.Get("RateLimit-Reset")
	if left != "0" || !seconds.MatchString(reset) {
		return 0
	}
	wait, _ := retryAfter(http.Header{"Retry-After": {reset}}, time.Time{})
	return wait
}
