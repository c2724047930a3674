package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Prefix begins the name of every variable that is read.
const Prefix = "DEPROVISIONER_"

// MaxFile is the largest configuration file in bytes.
const MaxFile = 1 << 20

// Load reads the file ("" means none) over the defaults and the variables ("NAME=value") over both. It does not validate: flags come
// after it. Errors name the place and never repeat a value of the file.
func Load(path string, environ []string) (Config, error) {
	cfg := Default()
	if path != "" {
		body, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("read the configuration: %w", err)
		}
		if cfg, err = Parse(body); err != nil {
			return Config{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	vars := map[string]string{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, Prefix) {
			vars[name] = value
		}
	}
	if err := env.ParseWithOptions(&cfg, env.Options{Prefix: Prefix, Environment: vars}); err != nil {
		return Config{}, fmt.Errorf("environment: %w", err)
	}
	return cfg, nil
}

// Parse reads YAML over the defaults. Unknown and repeated keys are errors with their line.
func Parse(body []byte) (Config, error) {
	if len(body) > MaxFile {
		return Config{}, fmt.Errorf("the configuration is larger than %d bytes", MaxFile)
	}
	cfg := Default()
	err := yaml.NewDecoder(bytes.NewReader(body), yaml.Strict()).Decode(&cfg)
	if err != nil && !errors.Is(err, io.EOF) { // an empty file keeps the defaults
		text := yaml.FormatError(err, false, false) // without the source: it could hold a secret
		if deprovision.LooksSecret(text) {
			text = "a value that is not allowed here (it looks like a secret and is not repeated)"
		}
		return Config{}, fmt.Errorf("YAML: %s", text)
	}
	return cfg, nil
}
