package footprint

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

//go:embed *.yaml
var embedded embed.FS

// Catalog is the footprints of all products, by their short names.
type Catalog map[string]*Footprint

// Default returns the footprint of the reference product.
func Default() (*Footprint, error) {
	file := deprovision.ReferenceProduct + ".yaml"
	body, err := embedded.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Load(file, body)
}

// Embedded returns the footprints that come with the program.
func Embedded() (Catalog, error) {
	c := Catalog{}
	files, err := embedded.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		body, err := embedded.ReadFile(f.Name())
		if err != nil {
			return nil, err
		}
		if err := c.Add(f.Name(), body); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// AddFiles adds footprints of one's own. One of a product that is there already takes its place; two files of one product are a mistake. The
// error names everything that is wrong in any of the files, and then nothing was added.
func (c Catalog) AddFiles(paths ...string) error {
	own := Catalog{}
	from := map[string]string{}
	var faults []error
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			faults = append(faults, fmt.Errorf("footprint: %w", err))
			continue
		}
		f, err := Load(path, body)
		switch {
		case err != nil:
			faults = append(faults, err)
		case from[f.Product] != "":
			faults = append(faults, fmt.Errorf("footprint %s: %w", path, &deprovision.Invalid{Field: "product", Value: f.Product,
				Allowed: "each product once; " + from[f.Product] + " describes it"}))
		default:
			own[f.Product], from[f.Product] = f, path
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	maps.Copy(c, own)
	return nil
}

// Add adds a footprint, see [Load].
func (c Catalog) Add(file string, body []byte) error {
	f, err := Load(file, body)
	if err != nil {
		return err
	}
	c[f.Product] = f
	return nil
}

// Service returns the footprint of a product's service; no product means the reference product. ok is false where nothing describes it.
func (c Catalog) Service(product string, id deprovision.Service) (s *Service, ok bool) {
	f, known := c[deprovision.ProductOf(product)]
	if !known {
		return nil, false
	}
	return f.Service(id)
}

// Products lists the names of the products, sorted.
func (c Catalog) Products() []string { return slices.Sorted(maps.Keys(c)) }

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
