package transport

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// classify turns an answer that is no success into a Failure.
func (c *chain) classify(req *http.Request, next send) (*http.Response, error) {
	hidden := secretsOf(req)
	resp, err := next(req)
	if err != nil {
		return nil, veiled(err, hidden)
	}
	changes := callOf(req).Changes
	if success(resp) {
		if c.foreign(resp) {
			return nil, lost(callOf(req), resp, errors.New("a page for people came instead of an answer: something else answers at this address"))
		}
		return resp, nil
	}
	body, _ := io.ReadAll(resp.Body) // it is in memory
	p := readProblem(resp.Header, body)
	wait, advised := retryAfter(resp.Header, time.Now())
	f := &deprovision.Failure{
		Class: c.classOf(resp.StatusCode, p, advised, changes), Status: resp.StatusCode,
		RequestID: cmp.Or(requestID(resp.Header), p.requestID),
		Err:       errors.New(cmp.Or(scrub(p.String(), hidden), http.StatusText(resp.StatusCode), "no explanation")),
	}
	switch {
	case f.Class == deprovision.Throttled && !advised:
		f.RetryAfter = unadvisedWait
	case f.Class == deprovision.Throttled, advised && resp.StatusCode == http.StatusServiceUnavailable:
		f.RetryAfter = wait
	}
	if to, err := url.Parse(resp.Header.Get("Location")); err == nil && resp.StatusCode < 400 && to.Host != "" {
		f.Err = errors.New("redirected to " + to.Host + ", which is not followed")
	}
	return nil, f
}

// foreign reports whether a success is somebody else's: a sign-in page of a proxy, say. A product may answer as it likes.
func (c *chain) foreign(resp *http.Response) bool {
	return c.API != "product" && strings.HasPrefix(strings.ToLower(resp.Header.Get("Content-Type")), "text/html")
}

// classOf says what a refusal means. The status decides, but where the body is known to know better.
func (c *chain) classOf(status int, p problem, advised, changes bool) deprovision.Class {
	switch {
	case c.gone(status, p):
		return deprovision.Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && advised && !changes, p.tooConcurrent():
		return deprovision.Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden, c.API == "login" && p.refusesClient():
		return deprovision.Forbidden
	case status == http.StatusNotImplemented, status == http.StatusHTTPVersionNotSupported:
		return deprovision.Malformed
	case status >= 500, status == http.StatusRequestTimeout: // a gateway may have passed it on before it gave up
		if changes {
			return deprovision.Unknown
		}
		return deprovision.Transient
	case status == http.StatusConflict, status == http.StatusPreconditionFailed, status == http.StatusMisdirectedRequest, status == http.StatusTooEarly:
		return deprovision.Transient
	}
	return deprovision.Malformed
}

// gone believes in an absence only if the API itself says so: a 404 without its error body comes from something else, one with another code
// is about something else, and a sign-in knows no objects of the tenant. What a product calls it is the product's.
func (c *chain) gone(status int, p problem) bool {
	if c.API == "login" || p.noEndpoint() {
		return false
	}
	if c.API == "exchange" && p.noObject() {
		return true
	}
	if status != http.StatusNotFound || p.code == "" {
		return false
	}
	code := strings.ToLower(p.code) // e.g. Request_ResourceNotFound; UnknownError says nothing about the object, TenantNotFound about another one
	return c.API == "product" || strings.HasSuffix(code, "notfound") && !strings.HasPrefix(code, "tenant")
}
