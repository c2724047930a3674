package transport_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	graphGone    = `{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist.","innerError":{"request-id":"from-body"}}}`
	graphDenied  = `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges."}}`
	exchangeBody = `{"error":{"code":"CODE","message":"Error executing request.","details":[{"code":"Context","target":"","message":"Ex6F9304|TYPE|it couldn't be done"}],` +
		`"innererror":{"message":"Error executing cmdlet","type":"Core.ODataServiceException","internalexception":{"message":"inner","type":"TYPE"}}}}`
	notFoundType = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
	htmlPage     = `<!DOCTYPE html><html><body>Our services aren't available right now</body></html>`
)

func exchangeError(code, kind string) string {
	return strings.NewReplacer("CODE", code, "TYPE", kind).Replace(exchangeBody)
}

func odataError(code, message string) string {
	return `{"odata.error":{"code":"` + code + `","message":{"lang":"en-US","value":"` + message + `"}}}`
}

// refusals: what came, what it means for a read, and what for a change (the same, where empty).
var refusals = map[string]struct {
	api, kind, retry, body string
	status                 int
	read, change           deprovision.Class
}{
	"absent":                          {api: "graph", status: 404, body: graphGone, read: deprovision.Gone},
	"404 of something else":           {api: "graph", status: 404, kind: "text/html", body: htmlPage, read: deprovision.Malformed},
	"404 without a body":              {api: "graph", status: 404, read: deprovision.Malformed},
	"absent at the product":           {api: "product", status: 404, body: `{"error":{"code":"unknown_account","message":"no"}}`, read: deprovision.Gone},
	"absent in exchange":              {api: "exchange", status: 404, body: exchangeError("NotFound", notFoundType), read: deprovision.Gone},
	"absent in exchange, by its type": {api: "exchange", status: 500, body: exchangeError("InternalServerError", notFoundType), read: deprovision.Gone},
	"that type elsewhere":             {api: "graph", status: 400, body: exchangeError("BadRequest", notFoundType), read: deprovision.Malformed},
	"wrong address in exchange":       {api: "exchange", status: 404, body: exchangeError("NotFound", "OData.ResourceNotFoundException"), read: deprovision.Malformed},
	"a 404 that names no object":      {api: "graph", status: 404, body: `{"error":{"code":"UnknownError","message":""}}`, read: deprovision.Malformed},
	"the tenant is not there":         {api: "exchange", status: 404, body: `{"error":{"code":"TenantNotFound","message":"no"}}`, read: deprovision.Malformed},
	"a sign-in knows no objects":      {api: "login", status: 404, body: `{"error":{"code":"NotFound"}}`, read: deprovision.Malformed},
	"not signed in":                   {api: "exchange", status: 401, read: deprovision.Forbidden},
	"not allowed":                     {api: "graph", status: 403, body: graphDenied, read: deprovision.Forbidden},
	"wrong secret":                    {api: "login", status: 400, body: `{"error":"invalid_client","error_description":"AADSTS7000215: no"}`, read: deprovision.Forbidden},
	"unknown app":                     {api: "login", status: 400, body: `{"error":"unauthorized_client","error_description":"AADSTS700016: no"}`, read: deprovision.Forbidden},
	"unknown tenant":                  {api: "login", status: 400, body: `{"error":"invalid_request","error_description":"AADSTS90002: no"}`, read: deprovision.Malformed},
	"bad request":                     {api: "graph", status: 400, body: `{"error":{"code":"Request_BadRequest","message":"no"}}`, read: deprovision.Malformed},
	"method not allowed":              {api: "graph", status: 405, read: deprovision.Malformed},
	"conflict":                        {api: "graph", status: 409, read: deprovision.Transient},
	"throttled":                       {api: "graph", status: 429, retry: "2.128", read: deprovision.Throttled},
	"throttled in plain text":         {api: "exchange", status: 400, body: "You have reached the maximum number of concurrent requests per tenant. Wait.", read: deprovision.Throttled},
	"unavailable, with advice":        {api: "graph", status: 503, kind: "text/html", retry: "7", body: htmlPage, read: deprovision.Throttled, change: deprovision.Unknown},
	"unavailable, a page":             {api: "graph", status: 503, kind: "text/html", body: htmlPage, read: deprovision.Transient, change: deprovision.Unknown},
	"broken":                          {api: "graph", status: 500, read: deprovision.Transient, change: deprovision.Unknown},
	"gateway":                         {api: "exchange", status: 504, read: deprovision.Transient, change: deprovision.Unknown},
	"too slow":                        {api: "graph", status: 408, read: deprovision.Transient, change: deprovision.Unknown},
	"not implemented":                 {api: "graph", status: 501, read: deprovision.Malformed},
	"locked":                          {api: "sharepoint", status: 423, read: deprovision.Forbidden},
	"absent receiver":                 {api: "sharepoint", status: 404, body: odataError("-1, Microsoft.SharePoint.Client.ResourceNotFoundException", "Item does not exist."), read: deprovision.Gone},
	"absent web":                      {api: "sharepoint", status: 404, body: odataError("-2147024894, System.IO.FileNotFoundException", "File Not Found."), read: deprovision.Gone},
	"absent list":                     {api: "sharepoint", status: 404, body: odataError("-2147024809, System.ArgumentException", "List does not exist."), read: deprovision.Gone},
	"absent, in another dialect":      {api: "sharepoint", status: 404, body: strings.Replace(odataError("-2147024894, System.IO.FileNotFoundException", "no"), "odata.", "", 1), read: deprovision.Gone},
	"wrong address in sharepoint":     {api: "sharepoint", status: 404, body: odataError("-1, Microsoft.SharePoint.Client.ResourceNotFoundException", "Cannot find resource for the request things."), read: deprovision.Malformed},
	"sharepoint without a code":       {api: "sharepoint", status: 404, kind: "text/plain", body: "404 FILE NOT FOUND", read: deprovision.Malformed},
	"another error of sharepoint":     {api: "sharepoint", status: 404, body: odataError("-2146232832, Microsoft.SharePoint.SPException", "no"), read: deprovision.Malformed},
	"Graph's words from sharepoint":   {api: "sharepoint", status: 404, body: graphGone, read: deprovision.Malformed},
	"bad argument in sharepoint":      {api: "sharepoint", status: 400, body: odataError("-2147024809, System.ArgumentException", "no"), read: deprovision.Malformed},
	"sharepoint's error elsewhere":    {api: "graph", status: 404, body: odataError("-1, Microsoft.SharePoint.Client.ResourceNotFoundException", "no"), read: deprovision.Malformed},
	"not allowed in sharepoint":       {api: "sharepoint", status: 403, body: odataError("-2147024891, System.UnauthorizedAccessException", "Access denied."), read: deprovision.Forbidden},
	"redirected":                      {api: "graph", status: 302, read: deprovision.Malformed},
}

func TestEveryRefusalIsClassifiedOnceByStatusAndBody(t *testing.T) {
	t.Parallel()
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.Header().Set("request-id", "req-1")
				if c.retry != "" {
					w.Header().Set("Retry-After", c.retry)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			client := s.client(t, transport.Options{API: c.api})
			if c.change == "" {
				c.change = c.read
			}
			for _, got := range []struct {
				f    *deprovision.Failure
				want deprovision.Class
			}{{s.read(t, client), c.read}, {s.change(t, client), c.change}} {
				wantClass(t, got.f, got.want)
				if got.f.Status != c.status || got.f.RequestID != "req-1" || got.f.API != c.api || !strings.HasSuffix(got.f.Call, "/things") {
					t.Errorf("%+v", got.f)
				}
				if (got.f.RetryAfter > 0) != (got.want == deprovision.Throttled || c.retry != "") {
					t.Errorf("retry after %s", got.f.RetryAfter)
				}
			}
			if n := len(s.calls()); n != 2 {
				t.Errorf("%d calls were sent, want one each", n)
			}
		})
	}
}

func TestRequestIDIsTakenFromWhereverItStands(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"x-ms-request-id": "there", "other": "from-body"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(name, "there")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(graphGone))
		})
		if f := s.read(t, s.client(t, transport.Options{})); f.RequestID != want {
			t.Errorf("%s: %q", name, f.RequestID)
		}
	}
}

func TestForbiddenSurvivesABodyOfNULsLabelledGzip(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(make([]byte, 128))
	})
	f := s.change(t, s.client(t, transport.Options{API: "exchange"}))
	wantClass(t, f, deprovision.Forbidden)
	if f.Status != http.StatusForbidden || strings.ContainsRune(f.Error(), 0) {
		t.Errorf("%q", f.Error())
	}
}

func TestRefusalWhoseBodyBreaksOffKeepsItsStatus(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":`))
	})
	f := s.change(t, s.client(t, transport.Options{}))
	wantClass(t, f, deprovision.Throttled)
	if f.RetryAfter != 3*time.Second {
		t.Error(f.RetryAfter)
	}
}

func TestPageForPeopleIsNoSuccess(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<html>Sign in to the network</html>"))
	})
	client := s.client(t, transport.Options{})
	wantClass(t, s.read(t, client), deprovision.Transient)
	wantClass(t, s.change(t, client), deprovision.Unknown)
	if f := s.change(t, s.client(t, transport.Options{API: "product"})); f != nil {
		t.Errorf("a product may answer as it likes: %v", f)
	}
}

func TestAnswersAreUnzippedWithinLimits(t *testing.T) {
	t.Parallel()
	zip := func(n int) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(bytes.Repeat([]byte("a"), n))
		_ = z.Close()
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		body  []byte
		read  deprovision.Class // "" for a success
		bytes int
	}{
		"zipped": {body: zip(1000), bytes: 1000}, "a bomb": {body: zip(1 << 20), read: deprovision.Malformed},
		"labelled, but plain": {body: []byte(`{"value":[]}`), read: deprovision.Transient}, "empty": {},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(c.body)
		})
		call := &transport.Call{Name: "GET"}
		f := s.do(t.Context(), t, s.client(t, transport.Options{MaxBody: 4096}), call)
		if c.read == "" && (f != nil || len(call.Body) != c.bytes) {
			t.Errorf("%s: %v, %d bytes", name, f, len(call.Body))
		} else if c.read != "" {
			wantClass(t, f, c.read)
		}
		if c.read != "" {
			wantClass(t, s.change(t, s.client(t, transport.Options{MaxBody: 4096})), deprovision.Unknown)
		}
	}
}
