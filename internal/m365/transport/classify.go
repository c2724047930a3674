package transport

import (
	"cmp"
	"errors"
	"fmt"
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
		if call := callOf(req); call.Parts != nil {
			call.inside = call.Parts(resp.Header, call.Body)
		}
		return resp, nil
	}
	body, _ := io.ReadAll(resp.Body) // it is in memory
	f := judge(c.API, resp.StatusCode, resp.Header, body, changes, hidden)
	if to, err := url.Parse(resp.Header.Get("Location")); err == nil && resp.StatusCode < 400 && to.Host != "" {
		f.Err = errors.New("redirected to " + to.Host + ", which is not followed")
	}
	return nil, f
}

// Judge says what an answer that is no success means, as it does for calls of an API by themselves: for an item of a batch, which has a
// status, headers and a body of its own. The failure names no call.
func Judge(api string, status int, header http.Header, body []byte, changes bool) *deprovision.Failure {
	f := judge(api, status, header, body, changes, nil)
	f.API = api
	return f
}

func judge(api string, status int, header http.Header, body []byte, changes bool, hidden []string) *deprovision.Failure {
	p := readProblem(header, body)
	wait, advised := advice(header, time.Now())
	f := &deprovision.Failure{
		Class: classOf(api, status, p, advised, changes), Status: status,
		RequestID: cmp.Or(RequestID(header), p.requestID),
		Err:       errors.New(cmp.Or(scrub(p.String(), hidden), http.StatusText(status), "no explanation")),
	}
	switch {
	case f.Class == deprovision.Throttled && !advised:
		f.RetryAfter = unadvisedWait
	case f.Class == deprovision.Throttled, advised && status == http.StatusServiceUnavailable:
		f.RetryAfter = wait
	}
	if status == http.StatusLocked {
		f.Err = fmt.Errorf("it is locked there: %w", f.Err)
	}
	return f
}

// foreign reports whether a success is somebody else's: a sign-in page of a proxy, say. A product may answer as it likes.
func (c *chain) foreign(resp *http.Response) bool {
	return c.API != "product" && strings.HasPrefix(strings.ToLower(resp.Header.Get("Content-Type")), "text/html")
}

// classOf says what a refusal means. The status decides, but where the body is known to know better.
func classOf(api string, status int, p problem, advised, changes bool) deprovision.Class {
	switch {
	case gone(api, status, p):
		return deprovision.Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && advised && !changes, p.tooConcurrent():
		return deprovision.Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusLocked, api == "login" && p.refusesClient():
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
func gone(api string, status int, p problem) bool {
	switch {
	case api == "login":
		return false
	case api == "sharepoint":
		return status == http.StatusNotFound && p.noSharePointObject()
	case p.noEndpoint():
		return false
	case api == "exchange" && p.noObject():
		return true
	case status != http.StatusNotFound || p.code == "":
		return false
	}
	code := strings.ToLower(p.code) // e.g. Request_ResourceNotFound; UnknownError says nothing about the object, TenantNotFound about another one
	return api == "product" || strings.HasSuffix(code, "notfound") && !strings.HasPrefix(code, "tenant")
}
