package tenantsim

import (
	"errors"
	"net/http"
	"strings"
)

// predicate is a parsed $filter.
type predicate func(props map[string]any) bool

// errAdvanced marks a filter that needs ConsistencyLevel: eventual and
// $count=true, see https://learn.microsoft.com/graph/aad-advanced-queries
var errAdvanced = errors.New("advanced")

// filter reads $filter. The second result is the refusal.
func (r *request) filter(k Kind) (predicate, *reply) {
	text := r.query.Get("$filter")
	advanced := strings.EqualFold(r.header.Get("ConsistencyLevel"), "eventual") && r.query.Get("$count") == "true"
	if r.query.Has("$search") && !advanced {
		p := r.graphError(http.StatusBadRequest, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		return nil, &p
	}
	if text == "" {
		return nil, nil
	}
	f := filterParser{words: filterWords(text), kind: k, advanced: advanced}
	match, err := f.or()
	if err == nil && f.at < len(f.words) {
		err = errors.New("Invalid filter clause: unexpected '" + f.words[f.at] + "'.") // the service's own sentence
	}
	if err != nil {
		code := "BadRequest"
		message := err.Error()
		if errors.Is(err, errAdvanced) {
			code, message = "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property '"+f.last+"' of resource '"+string(k)+"'."
		}
		p := r.graphError(http.StatusBadRequest, code, message)
		return nil, &p
	}
	return match, nil
}

// filterWords splits a filter into words; a quoted text is one word that
// keeps its first quote, and ” inside it is one quote.
func filterWords(text string) []string {
	var words []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ':
			i++
		case strings.ContainsRune("(),:", rune(c)):
			words = append(words, string(c))
			i++
		case c == '\'':
			lit, n := quoted(text[i:])
			words = append(words, lit)
			i += n
		default:
			n := strings.IndexAny(text[i:], " (),:'")
			if n < 0 || isTime(text[i:]) {
				n = len(text[i:])
				if sp := strings.IndexAny(text[i:], " )"); sp >= 0 {
					n = sp
				}
			}
			words = append(words, text[i:i+n])
			i += n
		}
	}
	return words
}

// isTime tells a time such as 2026-01-02T03:04:05Z from a property.
func isTime(s string) bool { return len(s) >= 11 && s[4] == '-' && s[10] == 'T' }

func quoted(s string) (string, int) {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1
	}
	return b.String(), len(s)
}
