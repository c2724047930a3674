package transport

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// problem is what the body of a refusal says, as far as it can be read.
type problem struct {
	code      string // the API's error code, e.g. "Request_ResourceNotFound"; empty when the body is not of the API's form
	kind      string // Exchange and SharePoint: the type of the exception
	text      string // for a person
	requestID string
}

// String is the problem in one line; it may be long, and empty.
func (p problem) String() string {
	parts := slices.DeleteFunc([]string{p.code, p.kind, p.text}, func(s string) bool { return s == "" })
	return strings.Join(parts, ": ")
}

// errorBody is the error of Graph and Exchange, see https://learn.microsoft.com/graph/errors. Exchange's is not published; its details
// carry the text that matters. Names are matched without case: the services do not agree on it.
type errorBody struct {
	Code    string
	Message json.RawMessage
	Details []struct{ Message string }
	Inner   struct {
		RequestID string                         `json:"request-id"`
		Internal  struct{ Message, Type string } `json:"internalException"`
	} `json:"innerError"`
}

// readProblem reads {"error":{…}} of the APIs, {"odata.error":{…}} of SharePoint, and {"error":"…","error_description":"…"} of the token
// endpoint (RFC 6749, 5.2). Of anything else it keeps the beginning, if it is text for people.
func readProblem(h http.Header, body []byte) problem {
	p := problem{kind: clean(h.Get("X-ExceptionType"))}
	var outer struct {
		Error       json.RawMessage `json:"error"`
		SharePoint  json.RawMessage `json:"odata.error"`
		Description string          `json:"error_description"`
	}
	err := json.Unmarshal(body, &outer)
	if err == nil && len(outer.SharePoint) > 0 {
		p.sharePoint(outer.SharePoint)
		return p
	}
	if err != nil || len(outer.Error) == 0 {
		p.text = plain(body)
		return p
	}
	if json.Unmarshal(outer.Error, &p.code) == nil {
		p.code, p.text = clean(p.code), clean(outer.Description)
		return p
	}
	var e errorBody
	_ = json.Unmarshal(outer.Error, &e) // what could be read is read
	p.code = clean(e.Code)
	if plainID.MatchString(e.Inner.RequestID) {
		p.requestID = e.Inner.RequestID
	}
	if strings.HasPrefix(string(e.Message), "{") { // SharePoint too, where it answers in another dialect of OData
		p.sharePoint(outer.Error)
		return p
	}
	var message string
	_ = json.Unmarshal(e.Message, &message)
	if len(e.Details) > 0 {
		p.detail(e.Details[0].Message)
	}
	if p.kind == "" {
		p.kind = clean(e.Inner.Internal.Type)
	}
	for _, text := range []string{e.Inner.Internal.Message, message} {
		if p.text == "" {
			p.text = clean(text)
		}
	}
	return p
}

// Exception reads the text of an error of Exchange, "ExABCDEF|Full.Exception.Type|what happened", of which each part may be missing.
func Exception(text string) (kind, message string) {
	parts := strings.SplitN(text, "|", 3)
	if len(parts) < 3 {
		return "", clean(text)
	}
	return clean(parts[1]), clean(parts[2])
}

func (p *problem) detail(text string) {
	kind, message := Exception(text)
	if p.text = message; p.kind == "" {
		p.kind = kind
	}
}

// NoObject reports whether an exception of Exchange says that an object is not there. It does so with several statuses.
func NoObject(kind string) bool {
	return strings.HasSuffix(kind, "ManagementObjectNotFoundException")
}

func (p problem) noObject() bool { return NoObject(p.kind) }

// noEndpoint says that the address is wrong, which is nothing about an object.
func (p problem) noEndpoint() bool { return strings.HasSuffix(p.kind, "ResourceNotFoundException") }

// tooConcurrent is Exchange's throttle in plain text.
func (p problem) tooConcurrent() bool {
	return strings.HasPrefix(p.text, "You have reached the maximum number of concurrent requests per tenant")
}

// refusesClient are the errors of RFC 6749 that blame who signs in.
func (p problem) refusesClient() bool {
	return p.code == "invalid_client" || p.code == "unauthorized_client" || p.code == "access_denied" || p.code == "invalid_grant"
}

// plain is the beginning of a body that is text, and is no page.
func plain(body []byte) string {
	text := clean(string(body))
	switch {
	case strings.HasPrefix(text, "<"):
		return "a page in HTML or XML"
	case len(body) >= maxErrorBody: // its end is cut off, and with it perhaps what would have shown a secret to be one
		return "a long text"
	}
	return text
}

// clean makes a foreign text fit for one line of a log.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.TrimSpace(text)
}
