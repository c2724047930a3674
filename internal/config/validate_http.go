package config

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// http checks who may use the API. The tokens themselves are read when the worker starts.
func (v *checker) http(c Config) {
	for i, host := range c.HTTP.Hosts {
		_, _, alone := net.SplitHostPort(host)
		v.want(hostName(host) && alone != nil, fmt.Sprintf("http.hosts[%d]", i), host, "a host name, without a port")
	}
	names, sources := map[string]bool{}, map[string]bool{}
	for i, t := range c.HTTP.Tokens {
		field := fmt.Sprintf("http.tokens[%d]", i)
		v.want(shown(t.Name) && !names[t.Name], field+".name", t.Name, "who holds the token, in at most 200 bytes of one line, each once")
		v.want((t.TokenEnv == "") != (t.TokenFile == ""), field+".tokenEnv", "", "tokenEnv or tokenFile")
		v.want(variable(t.TokenEnv), field+".tokenEnv", "", envName)
		source := t.TokenEnv + "\n" + t.TokenFile
		v.want(!sources[source], field+".tokenEnv", "", "a token of its own for each name")
		names[t.Name], sources[source] = true, true
		v.want(len(t.Tenants) > 0, field+".tenants", "", `aliases of tenants, or "*" for all`)
		for _, alias := range t.Tenants {
			_, known := c.Tenants[alias]
			v.want(known || alias == "*", field+".tenants", alias, `aliases of tenants, or "*" for all`)
		}
		v.want(len(t.May) > 0, field+".may", "", "some of read, ask, decide, operate")
		for _, right := range t.May {
			v.oneOf(field+".may", right, "read", "ask", "decide", "operate")
		}
	}
}

// shown reports whether a text may be shown to whoever reads, as the name of who asked or decided.
func shown(name string) bool {
	return name != "" && len(name) <= 200 && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// hostName reports whether a text may stand in a Host header before the port.
func hostName(s string) bool {
	for _, r := range s {
		if r != '.' && r != ':' && !deprovision.ValidToken(string(r)) {
			return false
		}
	}
	return s != "" && len(s) <= 253
}

// variable reports whether a text may be the name of an environment variable, or is empty.
func variable(name string) bool {
	for i, r := range name {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// withoutPasted takes out what stands in place of a variable's name and is none: most often a pasted token.
func withoutPasted(tokens []Token) []Token {
	out := slices.Clone(tokens)
	for i, t := range out {
		if !variable(t.TokenEnv) {
			out[i].TokenEnv = Redacted
		}
	}
	return out
}
