package footprint

import (
	_ "embed" // the footprints
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

//go:embed trend-micro-cas.yaml
var reference []byte

// Default returns the footprint of the reference product.
func Default() (*Footprint, error) { return Load("trend-micro-cas.yaml", reference) }

// Load reads a footprint from YAML. Unknown keys are errors with their line; what is not allowed is a [deprovision.Invalid] whose field
// is the path of the value below the file's name.
func Load(name string, body []byte) (*Footprint, error) {
	f := &Footprint{}
	if err := yaml.UnmarshalWithOptions(body, f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("footprint %s: %w", name, err)
	}
	for id, s := range f.Services {
		if s == nil {
			return nil, fmt.Errorf("footprint %s: service %s is empty", name, id)
		}
		s.id, s.product = id, f
	}
	if err := f.validate(); err != nil {
		return nil, fmt.Errorf("footprint %s: %w", name, err)
	}
	return f, nil
}

// validate returns everything that is not allowed, joined.
func (f *Footprint) validate() error {
	var errs []error
	say := func(field, value, allowed string) {
		errs = append(errs, &deprovision.Invalid{Field: field, Value: value, Allowed: allowed})
	}
	if !deprovision.ValidToken(f.Product) {
		say("product", f.Product, deprovision.TokenRule)
	}
	if f.Name == "" {
		say("name", "", "the product's display name")
	}
	for id, site := range f.Sites {
		if site.Infrastructure == "" {
			say("sites."+id+".infrastructure", "", "the sending infrastructure of the site")
		}
		for _, a := range slices.Concat(site.Inbound, site.Outbound) {
			if _, err := parseRange(a); err != nil {
				say("sites."+id, a, "IPv4 addresses and CIDR ranges")
			}
		}
	}
	if len(f.Services) == 0 {
		say("services", "", "at least one service")
	}
	for _, id := range slices.Sorted(maps.Keys(f.Services)) {
		if err := id.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("services: %w", err))
		}
		f.Services[id].validate("services."+string(id), say)
	}
	return errors.Join(errs...)
}

func (s *Service) validate(path string, say func(field, value, allowed string)) {
	if s.Title == "" {
		say(path+".title", "", "the service's display name")
	}
	seen := map[string]bool{}
	for _, step := range s.Steps {
		if !deprovision.ValidToken(step) || seen[step] {
			say(path+".steps", step, "each step once, "+deprovision.TokenRule)
		}
		seen[step] = true
	}
	names := map[string]bool{}
	for i, e := range s.Artifacts {
		at := fmt.Sprintf("%s.artifacts[%d]", path, i)
		how, ok := matchings[e.Kind]
		if !ok {
			say(at+".kind", string(e.Kind), "a kind of this version")
		}
		if !slices.Contains(s.Steps, e.Step) {
			say(at+".step", e.Step, "one of the service's steps")
		}
		if s.product.Instructions[e.Kind] == "" {
			say("instructions", string(e.Kind), "a text for every kind of artifact")
		}
		if (how == byName || how == byGroup) && len(e.Names) == 0 {
			say(at+".names", "", "at least one published name")
		}
		for _, name := range e.Names {
			key := string(e.Kind) + " " + fold(name)
			if name == "" || names[key] {
				say(at+".names", name, "each name once for a kind")
			}
			names[key] = true
		}
	}
	for i, r := range s.Rights {
		if r.Call == "" || r.Cmdlet == "" && len(r.Permissions) == 0 && len(r.Roles) == 0 {
			say(fmt.Sprintf("%s.rights[%d]", path, i), r.Call, "a call, and a cmdlet, permissions or roles that allow it")
		}
	}
}

// parseRange reads an address or a CIDR range; an address is a range of one.
func parseRange(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a range: %w", s, err)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
