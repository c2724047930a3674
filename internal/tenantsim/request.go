package tenantsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request is one call on its way through the simulator; an item of a $batch
// is a request too.
type request struct {
	sim    *Sim
	tenant *tenant // nil until the path or the token tells it
	claims *claims // nil until the token was checked
	method string
	path   string // as the API sees it: Graph's without /v1.0
	params map[string]string
	query  url.Values
	header http.Header
	body   []byte
	base   string // scheme and host, for links
	now    time.Time
	call   *Call
	cmdlet *cmdletInput // Exchange only
	fields []string     // what a missing $select stands for; nil is everything
	used   float64      // share of the tightest budget, after this call
	crowd  bool         // too many calls to this mailbox are under way
	sp     *spCall      // SharePoint only
}

// about notes the object that the call is about.
func (r *request) about(o *object) {
	r.call.Kind, r.call.TargetID, r.call.TargetName = o.kind, o.id, o.name
}

// removed notes what the call took away.
func (r *request) removed(o *object, with ...*object) {
	r.about(o)
	r.call.Effect = EffectRemoved
	r.call.Removed = append(r.call.Removed, o.id)
	for _, w := range with {
		r.call.Removed = append(r.call.Removed, w.id)
	}
}

// absent notes that a removal found nothing.
func (r *request) absent() { r.call.Effect = EffectAbsent }

// targets names what the call aims at before it is handled, for faults.
func (r *request) targets() []string {
	var raw []string
	if r.cmdlet != nil {
		raw = r.cmdlet.targets()
	} else {
		raw = strings.FieldsFunc(r.path, func(c rune) bool { return strings.ContainsRune("/()'=", c) })
		raw = append(raw, segments(r.path)...) // ids of folders and installations may end in =
	}
	if r.tenant == nil {
		return raw
	}
	out := raw
	for _, t := range raw {
		if o, ok := r.tenant.nameOf(t); ok {
			out = append(out, o.id, o.name)
		}
	}
	return out
}

// decode reads the JSON body; false means it was none.
func (r *request) decode(into any) bool { return json.Unmarshal(r.body, into) == nil }

// reply is an answer that has not been written yet.
type reply struct {
	status int
	header http.Header
	body   []byte
	cut    bool // close the connection instead of answering
}

func jsonReply(status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return textReply(http.StatusInternalServerError, "text/plain", err.Error())
	}
	return reply{status: status, body: body, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
}

func textReply(status int, contentType, text string) reply {
	return reply{status: status, body: []byte(text), header: http.Header{"Content-Type": {contentType}}}
}

func noContent() reply { return reply{status: http.StatusNoContent} }

// set adds a header and returns the reply.
func (p reply) set(key, value string) reply {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(key, value)
	return p
}
