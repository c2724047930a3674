package tenantsim

import (
	"net/netip"
	"slices"
	"strings"
)

func (r *request) getConnectionFilter(in *cmdletInput) (result, *exError) {
	return r.get(in, KindConnectionFilterPolicy, nil)
}

// setConnectionFilter changes the lists of allowed and blocked addresses, by a
// whole new list or by a hashtable of Add and Remove; see
// https://learn.microsoft.com/powershell/module/exchangepowershell/set-hostedconnectionfilterpolicy
func (r *request) setConnectionFilter(in *cmdletInput) (result, *exError) {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, failed := r.target(in, KindConnectionFilterPolicy)
	if failed != nil {
		return result{}, failed
	}
	changes := map[string]any{}
	for _, list := range []string{"IPAllowList", "IPBlockList"} {
		if _, given := in.params[fold(list)]; !given {
			continue
		}
		before := o.strings(list)
		now, failed := newList(before, in.params[fold(list)])
		if failed != nil {
			return result{}, failed
		}
		for _, x := range before {
			if !slices.Contains(now, x) {
				r.call.Removed = append(r.call.Removed, x)
			}
		}
		if !slices.Equal(before, now) {
			changes[list] = now
		}
	}
	if in.has("EnableSafeList") && in.bool("EnableSafeList") != o.bool("EnableSafeList") {
		changes["EnableSafeList"] = in.bool("EnableSafeList")
	}
	if len(changes) == 0 {
		return result{warnings: []string{unchanged(o)}}, nil
	}
	r.call.Effect = EffectChanged
	if len(r.call.Removed) > 0 {
		r.call.Effect = EffectRemoved
	}
	changes["WhenChanged"] = wireTime(r.now)
	r.tenant.of(o.kind).replace(o.with(changes))
	return result{}, nil
}

// newList works out a list parameter. A hashtable without its @odata.type is
// not understood, as the real binder does not.
func newList(before []string, param any) ([]string, *exError) {
	var after []string
	switch p := param.(type) {
	case nil:
	case string:
		after = []string{p}
	case []any:
		after = stringsIn(p)
	case map[string]any:
		if p["@odata.type"] != "#Exchange.GenericHashTable" {
			return nil, exBadRequest("System.Management.Automation.ParameterBindingException", "Cannot bind parameter: cannot convert the hashtable to type MultiValuedProperty`1.")
		}
		add, gone := texts(p["Add"]), texts(p["Remove"])
		for _, x := range append(slices.Clone(before), add...) {
			if !slices.Contains(gone, x) && !slices.Contains(after, x) {
				after = append(after, x)
			}
		}
	}
	for _, x := range after {
		if !slices.Contains(before, x) && !validRange(x) {
			return nil, exBadRequest("Microsoft.Exchange.Data.InvalidIPRangeException", "'"+x+"' is not a valid IP address, range of up to 256 addresses or CIDR range from /24 to /32.")
		}
	}
	return list(after), nil
}

func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		return stringsIn(v)
	}
	return nil
}

// validRange accepts an address, a range of up to 256 or a prefix /24 to /32.
func validRange(s string) bool {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Addr().Is4() && p.Bits() >= 24
	}
	if from, to, ok := strings.Cut(s, "-"); ok {
		a, err1 := netip.ParseAddr(from)
		b, err2 := netip.ParseAddr(to)
		if err1 != nil || err2 != nil || !a.Is4() || !b.Is4() {
			return false
		}
		x, y := a.As4(), b.As4()
		return [3]byte(x[:3]) == [3]byte(y[:3]) && x[3] <= y[3]
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}
