package transport

import (
	"encoding/json"
	"strings"
)

// sharePoint reads the error of SharePoint's own REST API: a code such as "-1, Microsoft.SharePoint.Client.ResourceNotFoundException", in
// which number and type of the exception stand together, and a message with its language.
func (p *problem) sharePoint(body json.RawMessage) {
	var e struct {
		Code    string
		Message struct{ Value string }
	}
	_ = json.Unmarshal(body, &e) // what could be read is read
	number, kind, found := strings.Cut(e.Code, ",")
	if p.code = clean(number); found {
		p.kind = clean(kind)
	}
	p.text = clean(e.Message.Value)
}

// noSharePointObject reports whether SharePoint says that what was asked about is not there: a receiver or a user, a web or a file, a list,
// in this order. An address that it does not know at all has the type of the first.
func (p problem) noSharePointObject() bool {
	switch {
	case p.code == "" || strings.HasPrefix(p.text, "Cannot find resource for the request"):
		return false
	case strings.HasSuffix(p.kind, ".ResourceNotFoundException"), strings.HasSuffix(p.kind, ".FileNotFoundException"):
		return true
	}
	return p.kind == "System.ArgumentException" && p.code == "-2147024809"
}
