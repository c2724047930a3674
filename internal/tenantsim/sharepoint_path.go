package tenantsim

import (
	"errors"
	"strings"
)

// apiStep is one step of a path below _api: lists(guid'…') is the name lists
// with a key, web is a name alone. Names are in lower case.
type apiStep struct {
	name  string
	key   string
	keyed bool
}

var errAPIPath = errors.New("the path below _api cannot be read")

// splitAPIPath splits a decoded path into the path of the web and what is below
// its _api. A name with _api inside it is none.
func splitAPIPath(path string) (web, rest string, ok bool) {
	at := strings.Index(fold(path)+"/", "/_api/")
	if at < 0 {
		return "", "", false
	}
	return strings.TrimRight(path[:at], "/"), strings.TrimPrefix(path[at+len("/_api"):], "/"), true
}

// parseAPIPath reads a decoded path below _api. A slash or a parenthesis inside
// a quoted key belongs to the key; two quotes inside it are one.
func parseAPIPath(path string) ([]apiStep, error) {
	var steps []apiStep
	for rest := strings.TrimRight(path, "/"); ; {
		n := strings.IndexAny(rest, "/(')")
		if n < 0 {
			n = len(rest)
		}
		step := apiStep{name: fold(rest[:n])}
		if step.name == "" {
			return nil, errAPIPath
		}
		rest = rest[n:]
		if strings.HasPrefix(rest, "(") {
			var err error
			if rest, err = step.readKey(rest[1:]); err != nil {
				return nil, err
			}
		}
		steps = append(steps, step)
		if rest == "" {
			return steps, nil
		}
		if rest[0] != '/' {
			return nil, errAPIPath
		}
		rest = rest[1:]
	}
}

// readKey reads 'text'), guid'…'), 12) or nothing and a parenthesis; it returns
// what follows. () is a call without arguments, the same as the name alone.
func (s *apiStep) readKey(text string) (string, error) {
	if rest, ok := strings.CutPrefix(text, ")"); ok {
		return rest, nil
	}
	s.keyed = true
	text, guid := strings.CutPrefix(text, "guid")
	if !strings.HasPrefix(text, "'") {
		n := strings.IndexByte(text, ')')
		if guid || n < 1 || strings.Trim(text[:n], "0123456789") != "" {
			return "", errAPIPath
		}
		s.key = text[:n]
		return text[n+1:], nil
	}
	var key strings.Builder
	for text = text[1:]; ; {
		part, rest, closed := strings.Cut(text, "'")
		if !closed {
			return "", errAPIPath
		}
		key.WriteString(part)
		if strings.HasPrefix(rest, "'") {
			key.WriteByte('\'')
			text = rest[1:]
			continue
		}
		s.key = key.String()
		if after, ok := strings.CutPrefix(rest, ")"); ok {
			return after, nil
		}
		return "", errAPIPath
	}
}

// byKeyName are the functions that stand for a key in parentheses.
var byKeyName = map[string]string{"getbyid": "", "getbytitle": "title", "getbyloginname": ""}

// apiShape turns steps into the form in which routes are written, and the keys:
// web/lists()/eventreceivers() with two keys.
func apiShape(steps []apiStep) (shape string, keys []string) {
	var b strings.Builder
	for i, s := range steps {
		if by, ok := byKeyName[s.name]; ok && s.keyed && i > 0 && !steps[i-1].keyed {
			b.WriteString("(" + by + ")")
			keys = append(keys, s.key)
			continue
		}
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(s.name)
		if s.keyed {
			b.WriteString("()")
			keys = append(keys, s.key)
		}
	}
	return b.String(), keys
}
