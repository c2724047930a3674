package guard

import "net/netip"

// Entry is one entry of a list that the customer shares with the product.
type Entry struct {
	Text  string   // an address or a CIDR range, as the list has it
	Known []string // what the product itself adds to such a list
}

// knownEntry refuses an entry that is not exactly one of the known ones: a wider one, or a narrower one, is the customer's.
func (c Candidate) knownEntry() error {
	if c.Entry == nil {
		return nil
	}
	entry, ok := prefix(c.Entry.Text)
	if !ok {
		return c.refuse(Unreadable, "%q is neither an address nor a CIDR range", c.Entry.Text)
	}
	for _, text := range c.Entry.Known {
		if known, ok := prefix(text); ok && known == entry {
			return nil
		}
	}
	return c.refuse(UnknownEntry, "it is not exactly an entry that the product adds; the list is the customer's")
}

// prefix reads an address as a range of one.
func prefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}
