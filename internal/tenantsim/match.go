package tenantsim

import (
	"slices"
	"strings"
)

// Match picks calls. Empty fields accept everything. Method and API ignore
// case; Path, Cmdlet and Target are patterns in which * stands for any text.
type Match struct {
	API    API    `json:"api,omitempty"`
	Tenant string `json:"tenant,omitempty"` // tenant id
	AppID  string `json:"appId,omitempty"`  // the app in the token
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"` // of the URL, without query: /v1.0/groups/*
	Cmdlet string `json:"cmdlet,omitempty"`
	Target string `json:"target,omitempty"` // id or name of the object
	// Nth lets a fault wait for the n-th matching call (from 1); 0 is the first.
	Nth int `json:"nth,omitempty"`
}

// like compares text with a pattern in which * is any run of characters.
func like(pattern, text string) bool {
	parts := strings.Split(fold(pattern), "*")
	text = fold(text)
	if len(parts) == 1 {
		return parts[0] == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, last)
}

// simple checks all but the target, which costs a look-up.
func (m *Match) simple(c *Call) bool {
	return (m.API == "" || strings.EqualFold(string(m.API), string(c.API))) &&
		(m.Tenant == "" || strings.EqualFold(m.Tenant, c.Tenant)) &&
		(m.AppID == "" || strings.EqualFold(m.AppID, c.AppID)) &&
		(m.Method == "" || strings.EqualFold(m.Method, c.Method)) &&
		(m.Path == "" || like(m.Path, c.Path)) &&
		(m.Cmdlet == "" || like(m.Cmdlet, c.Cmdlet))
}

func (m *Match) target(names ...string) bool {
	return m.Target == "" || slices.ContainsFunc(names, func(n string) bool { return n != "" && like(m.Target, n) })
}

func (m *Match) call(c Call) bool {
	return m.simple(&c) && m.target(append([]string{c.TargetID, c.TargetName}, c.Removed...)...)
}
