package footprint

import (
	"fmt"
	"net/netip"
	"strings"
)

// span is a range of addresses, both ends included.
type span struct {
	from, to netip.Addr
}

// parseSpan reads an address, a CIDR range or a range "from-to", the forms that Exchange lists have.
func parseSpan(s string) (span, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return span{p.Masked().Addr(), last(p)}, nil
	}
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	a, err := netip.ParseAddr(strings.TrimSpace(from))
	if err != nil {
		return span{}, fmt.Errorf("%q is neither an address nor a range: %w", s, err)
	}
	b, err := netip.ParseAddr(strings.TrimSpace(to))
	if err != nil {
		return span{}, fmt.Errorf("%q is neither an address nor a range: %w", s, err)
	}
	if a.BitLen() != b.BitLen() || b.Less(a) {
		return span{}, fmt.Errorf("%q is no range: its end lies before its beginning", s)
	}
	return span{a, b}, nil
}

// last is the highest address of a prefix.
func last(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(bytes) // as long as it was
	return a
}

// overlaps reports whether two ranges share an address.
func (s span) overlaps(o span) bool {
	return s.from.BitLen() == o.from.BitLen() && !s.to.Less(o.from) && !o.to.Less(s.from)
}

// size counts the addresses of an IPv4 range; of another one it is more than any list takes.
func (s span) size() int {
	if !s.from.Is4() {
		return 1 << 32
	}
	number := func(a netip.Addr) int {
		b := a.As4()
		return int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	}
	return number(s.to) - number(s.from) + 1
}
