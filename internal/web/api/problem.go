package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Problem is the body of every error: problem details of RFC 9457. It is an error itself.
type Problem struct {
	Type     string `json:"type"`   // a URI of docs/api.md
	Title    string `json:"title"`  // the same for every problem of a type
	Status   int    `json:"status"` // as the answer's
	Detail   string `json:"detail,omitempty"`
	Field    string `json:"field,omitempty"`    // what holds something that is not allowed
	Allowed  string `json:"allowed,omitempty"`  // what is allowed there
	Decision string `json:"decision,omitempty"` // id of a decision that was refused

	reason string
	header http.Header
	cause  error // for the log alone
}

// Error tells the detail.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// Unwrap returns what is not told.
func (p *Problem) Unwrap() error { return p.cause }

// kind is a type of problem.
type kind struct {
	reason string // the end of its type, and the label of its metric
	status int
	title  string
}

// The types of problem, as docs/api.md has them.
var (
	invalid        = kind{"invalid", http.StatusBadRequest, "Something in the call is not allowed"}
	unauthorized   = kind{"unauthorized", http.StatusUnauthorized, "A token is needed"}
	forbidden      = kind{"forbidden", http.StatusForbidden, "The token does not allow this"}
	crossSite      = kind{"cross-site", http.StatusForbidden, "A page of another site may not call"}
	unknownPath    = kind{"unknown-path", http.StatusNotFound, "There is nothing here"}
	unknownTenant  = kind{"unknown-tenant", http.StatusNotFound, "There is no such tenant"}
	unknownRequest = kind{"unknown-request", http.StatusNotFound, "There is no such request"}
	unknownAccount = kind{"unknown-account", http.StatusNotFound, "There is no such service account"}
	unknownLetter  = kind{"unknown-dead-letter", http.StatusNotFound, "There is no such dead letter"}
	noPlan         = kind{"no-plan", http.StatusNotFound, "There is no plan"}
	badMethod      = kind{"method-not-allowed", http.StatusMethodNotAllowed, "This can't be done here"}
	notAcceptable  = kind{"not-acceptable", http.StatusNotAcceptable, "The answer has none of the media types that are asked for"}
	conflict       = kind{"conflict", http.StatusConflict, "Something else is there already"}
	refused        = kind{"refused", http.StatusConflict, "The decision does not count"}
	archived       = kind{"archived", http.StatusGone, "This was moved to the archive"}
	moved          = kind{"changed-meanwhile", http.StatusPreconditionFailed, "It is not what the caller has seen"}
	tooLarge       = kind{"too-large", http.StatusRequestEntityTooLarge, "The body is too large"}
	badMedia       = kind{"unsupported-media-type", http.StatusUnsupportedMediaType, "The body is of another media type"}
	misdirected    = kind{"misdirected", http.StatusMisdirectedRequest, "This worker is not called by that name"}
	tooMany        = kind{"too-many-streams", http.StatusServiceUnavailable, "Too many streams are open"}
	tooManyReads   = kind{"too-many-reads", http.StatusServiceUnavailable, "Too many calls read at once"}
	unavailable    = kind{"unavailable", http.StatusServiceUnavailable, "Something that is needed is away"}
	internal       = kind{"internal", http.StatusInternalServerError, "Something went wrong inside"}
)

// kinds lists the types of problem.
func kinds() []kind {
	return []kind{invalid, unauthorized, forbidden, crossSite, unknownPath, unknownTenant, unknownRequest, unknownAccount, unknownLetter, noPlan,
		badMethod, notAcceptable, conflict, refused, archived, moved, tooLarge, badMedia, misdirected, tooMany, tooManyReads, unavailable, internal}
}

// Reasons lists why a call may be refused, as [Observer] is told.
func Reasons() []string {
	var out []string
	for _, k := range kinds() {
		out = append(out, k.reason)
	}
	return slices.Sorted(slices.Values(out))
}

// Types is where the types of problem are explained: one of [Reasons] follows.
const Types = "https://github.com/deprovisioner/deprovisioner/blob/main/docs/api.md#"

// says makes a problem. A detail that looks like a secret is not told.
func (k kind) says(detail string) *Problem {
	if deprovision.LooksSecret(detail) {
		detail = ""
	}
	return &Problem{Type: Types + k.reason, Title: k.title, Status: k.status, Detail: detail, reason: k.reason, header: http.Header{}}
}

// with adds a header of the answer.
func (p *Problem) with(name, value string) *Problem {
	p.header.Add(name, value)
	return p
}

// at names the field.
func (p *Problem) at(field, allowed string) *Problem {
	if deprovision.LooksSecret(field) {
		field = ""
	}
	p.Field, p.Allowed = field, allowed
	return p
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.header)
	body, err := json.Marshal(p)
	if err != nil { // texts and a number always marshal
		panic(err)
	}
	guarded(w.Header())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // who asked has gone: nobody is left to tell
}

// guarded sets what every answer has: nothing of it is kept, guessed at, or shown inside another site's page.
func guarded(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// clip makes a text fit to be repeated: short, and nothing that looks like a secret.
func clip(s string) string {
	if deprovision.LooksSecret(s) {
		return ""
	}
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
