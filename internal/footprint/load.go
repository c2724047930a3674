package footprint

import (
	_ "embed" // the footprints
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed trend-micro-cas.yaml
var reference []byte

// Default returns the footprint of the reference product.
func Default() (*Footprint, error) { return Load("trend-micro-cas.yaml", reference) }

// Load reads a footprint from YAML. An unknown key is an error with its line; everything that is not allowed is reported at once, each as a
// [deprovision.Invalid] whose field is the path of the value below the file's name. Placeholders in the texts of stops and cautions are
// filled: {service}, {product}, {console} and {help}.
func Load(file string, body []byte) (*Footprint, error) {
	f := &Footprint{}
	if err := yaml.UnmarshalWithOptions(body, f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("footprint %s: %w", file, errors.New(yaml.FormatError(err, false, false)))
	}
	for id, s := range f.Services {
		if s == nil {
			s = &Service{} // its validation says what is missing
			f.Services[id] = s
		}
		s.id, s.product = id, f
	}
	if err := f.validate(); err != nil {
		return nil, fmt.Errorf("footprint %s: %w", file, err)
	}
	for _, s := range f.Services {
		s.fill()
	}
	return f, nil
}
