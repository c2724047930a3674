package footprint

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// judgeName decides about what has a name of its own. A group also needs a rule of the product that uses it: its kind carries nothing else
// that tells it from a group of the customer's with the same display name.
func (f *finder) judgeName(v *verdict, c candidate) {
	published := slices.ContainsFunc(f.Artifacts[v.entry].Names, func(name string) bool { return same(name, c.Name) })
	switch {
	case published && (matchings[c.Kind] != byGroup || f.used.has(c.calledBy()...)):
		v.match = "name"
	case published:
		v.suspect = "a published name, but no rule of the product uses the group"
	default:
		v.suspect = f.resembles(c)
	}
}

// resembles tells in what an object is like the product's; "" when it is not.
func (f *finder) resembles(c candidate) string {
	if prefix := f.prefixed(c.Name); prefix != "" {
		return "its name begins with " + prefix
	}
	switch c.Kind {
	case OutboundConnector:
		for _, host := range c.SmartHosts {
			if f.ofProduct(host) {
				return "it sends to " + host
			}
		}
	case JournalRule:
		if host := c.JournalEmailAddress[strings.LastIndex(c.JournalEmailAddress, "@")+1:]; f.ofProduct(host) {
			return "it sends copies to " + c.JournalEmailAddress
		}
	case InboundConnector:
		return f.receivesFrom(c.SenderIPAddresses)
	case TransportRule:
		switch {
		case f.connectors.has(c.RouteMessageOutboundConnector):
			return "it routes mail to the product's " + c.RouteMessageOutboundConnector
		case f.groups.has(c.SentToMemberOf...) || f.groups.has(c.FromMemberOf...):
			return "it uses a group of the product"
		}
		return f.receivesFrom(c.SenderIPRanges)
	}
	return ""
}

// prefixed returns the product's prefix that a name begins with. It is more generous than fold: a suspect is only looked at.
func (f *finder) prefixed(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, prefix := range f.product.Suspects.Prefixes {
		if strings.HasPrefix(name, strings.ToLower(prefix)) {
			return prefix
		}
	}
	return ""
}

// receivesFrom tells which of the product's addresses are among the senders.
func (f *finder) receivesFrom(senders texts) string {
	for _, s := range senders {
		have, err := parseSpan(s)
		if err != nil {
			continue // a name, or a form that is not known: not an address of the product
		}
		if k, ok := f.product.overlapping(have); ok {
			return fmt.Sprintf("it names %s, which holds an address of the product's site %s", s, k.site)
		}
	}
	return ""
}

// ofProduct reports whether a host resembles one of the product's.
func (f *finder) ofProduct(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(f.product.Suspects.Hosts, func(pattern string) bool {
		ok, err := path.Match(strings.ToLower(pattern), host)
		return ok && err == nil // the patterns were checked when the footprint was loaded
	})
}
