package config

import (
	"net/url"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Redacted stands where something shaped like a secret was.
const Redacted = "[redacted]"

// String returns the configuration as YAML with everything redacted that is shaped like a secret, also before validation.
func (c Config) String() string {
	c.NATS.URL, c.Redis.URL = withoutPassword(c.NATS.URL), withoutPassword(c.Redis.URL)
	c.HTTP.Tokens = withoutPasted(c.HTTP.Tokens)
	body, err := yaml.Marshal(c)
	if err != nil {
		return "configuration cannot be printed: " + err.Error()
	}
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		if deprovision.LooksSecret(line) {
			key, _, _ := strings.Cut(line, ":")
			if deprovision.LooksSecret(key) {
				key = ""
			}
			lines[i] = key + ": " + Redacted
		}
	}
	return strings.Join(lines, "\n")
}

func withoutPassword(addresses string) string {
	parts := strings.Split(addresses, ",")
	for i, part := range parts {
		u, err := url.Parse(part)
		if err != nil {
			parts[i] = Redacted
			continue
		}
		parts[i] = u.Redacted()
	}
	return strings.Join(parts, ",")
}

// walk calls see with the YAML path and content of every text in value.
func walk(path string, value reflect.Value, see func(path, text string)) {
	switch value.Kind() {
	case reflect.String:
		see(path, value.String())
	case reflect.Struct:
		for i := range value.NumField() {
			walk(join(path, value.Type().Field(i).Tag.Get("yaml")), value.Field(i), see)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			if text := key.String(); deprovision.LooksSecret(text) {
				see(path, text)
				continue
			}
			walk(join(path, key.String()), value.MapIndex(key), see)
		}
	case reflect.Slice:
		for i := range value.Len() {
			walk(path, value.Index(i), see)
		}
	case reflect.Pointer:
		if !value.IsNil() {
			walk(path, value.Elem(), see)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
