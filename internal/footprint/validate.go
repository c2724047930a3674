package footprint

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// report collects what is not allowed.
type report struct {
	errs []error
}

func (r *report) say(field, value, allowed string) {
	r.errs = append(r.errs, &deprovision.Invalid{Field: field, Value: value, Allowed: allowed})
}

// text wants a text, with no placeholders but these.
func (r *report) text(field, value, what string, placeholders ...string) {
	if strings.TrimSpace(value) == "" {
		r.say(field, "", what)
	}
	for _, p := range placeholder.FindAllString(value, -1) {
		if !slices.Contains(placeholders, p) {
			r.say(field, p, "of placeholders only "+strings.Join(placeholders, " "))
		}
	}
}

func (r *report) link(field, value string) {
	if u, err := url.Parse(value); err != nil || u.Scheme != "https" || u.Host == "" {
		r.say(field, value, "a link that begins with https://")
	}
}

// validate returns everything that is not allowed, joined, in the order of the file.
func (f *Footprint) validate() error {
	r := &report{}
	if !deprovision.ValidToken(f.Product) {
		r.say("product", f.Product, deprovision.TokenRule)
	}
	r.text("name", f.Name, "the product's display name")
	r.link("console", f.Console)
	r.link("help", f.Help)
	for _, id := range slices.Sorted(maps.Keys(f.Sites)) {
		f.Sites[id].validate("sites."+id, id, f.has(SpoofAllowPair), r)
	}
	f.Suspects.validate("suspects", r)
	if len(f.Services) == 0 {
		r.say("services", "", "at least one service")
	}
	for _, id := range slices.Sorted(maps.Keys(f.Services)) {
		at := "services." + string(id)
		if invalid, ok := errors.AsType[*deprovision.Invalid](id.Validate()); ok {
			r.say(at, invalid.Value, invalid.Allowed)
		}
		f.Services[id].validate(at, r)
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Instructions)) {
		r.text("instructions."+string(kind), f.Instructions[kind], "how a person removes it", "{name}", "{id}")
		r.kind("instructions."+string(kind), kind)
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Limits)) {
		r.kind("limits."+string(kind), kind)
		if f.Limits[kind] < 1 {
			r.say("limits."+string(kind), fmt.Sprint(f.Limits[kind]), "a number of artifacts from 1 on")
		}
	}
	return errors.Join(r.errs...)
}

func (r *report) kind(field string, kind deprovision.ArtifactKind) {
	if _, known := matchings[kind]; !known {
		r.say(field, string(kind), "one of "+join(slices.Sorted(maps.Keys(matchings))))
	}
}

// has reports whether a service has artifacts of the kind.
func (f *Footprint) has(kind deprovision.ArtifactKind) bool {
	for _, s := range f.Services {
		if slices.ContainsFunc(s.Artifacts, func(e Entry) bool { return e.Kind == kind }) {
			return true
		}
	}
	return false
}

// validate checks a site; pairs says that a service has spoof pairs, which are known by the site's infrastructure.
func (s Site) validate(at, id string, pairs bool, r *report) {
	if !deprovision.ValidToken(id) {
		r.say(at, id, "sites named by "+deprovision.TokenRule)
	}
	if !validHost(s.Infrastructure) && (pairs || s.Infrastructure != "") {
		r.say(at+".infrastructure", s.Infrastructure, "the host name of the site's sending infrastructure")
	}
	seen := map[string]bool{}
	for _, list := range []struct {
		name    string
		entries []string
	}{{"inbound", s.Inbound}, {"outbound", s.Outbound}} {
		for i, a := range list.entries {
			field := fmt.Sprintf("%s.%s[%d]", at, list.name, i)
			span, err := parseSpan(a)
			switch {
			case err != nil || !span.from.Is4() || strings.Contains(a, "-"):
				r.say(field, a, "an IPv4 address or CIDR range, such as 192.0.2.7 or 192.0.2.16/28")
			case span.size() > 256: // what an IP allow list takes
				r.say(field, a, "a range of at most 256 addresses")
			case seen[a]:
				r.say(field, a, "each address once")
			}
			seen[a] = true
		}
	}
	for i, host := range s.SPF {
		if !validHost(host) {
			r.say(fmt.Sprintf("%s.spf[%d]", at, i), host, "a host name")
		}
	}
}

func (s Suspects) validate(at string, r *report) {
	for i, prefix := range s.Prefixes {
		if len(prefix) < 3 {
			r.say(fmt.Sprintf("%s.prefixes[%d]", at, i), prefix, "at least 3 bytes: a shorter one resembles everything")
		}
	}
	for i, pattern := range s.Hosts {
		if _, err := path.Match(pattern, "host"); err != nil || strings.Trim(pattern, "*.?") == "" {
			r.say(fmt.Sprintf("%s.hosts[%d]", at, i), pattern, "a pattern of host names with * for any text, and more than that")
		}
	}
}

// validHost accepts a host name of at least two labels.
func validHost(s string) bool {
	labels := strings.Split(s, ".")
	return len(s) <= 253 && len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool { return !deprovision.ValidToken(l) })
}

func join[T ~string](list []T) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(s))
	}
	return b.String()
}
