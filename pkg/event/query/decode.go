package query

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// MaxQuestion is the most that a question may weigh, in bytes.
const MaxQuestion = 4 << 10

// Error codes of the service, as the micro protocol carries them.
const (
	BadRequest  = "400" // the question itself; the data is a [Fault]
	NotFound    = "404" // no such request in the picture
	Unavailable = "503" // the picture can't be read now
)

// Fault is the data of a bad-request error.
type Fault struct {
	Field   string `json:"field"`
	Value   string `json:"value,omitempty"`
	Allowed string `json:"allowed"`
}

// DecodeRef reads the question of a get or a plan. A tenant that the body leaves out is the subject's.
func DecodeRef(subject string, data []byte) (deprovision.Ref, error) {
	var ref deprovision.Ref
	if err := decode(data, &ref); err != nil {
		return ref, err
	}
	if err := meets(subject, &ref.Tenant); err != nil {
		return ref, err
	}
	return ref, ref.Validate()
}

// DecodeFilter reads the question of a list; no data at all selects everything. A tenant that the body leaves out is the subject's.
func DecodeFilter(subject string, data []byte) (Filter, error) {
	var f Filter
	if len(data) > 0 {
		if err := decode(data, &f); err != nil {
			return f, err
		}
	}
	if err := meets(subject, &f.Tenant); err != nil {
		return f, err
	}
	return f, f.Validate()
}

// meets holds the tenant of a body to the tenant of its subject: permissions are given on subjects.
func meets(subject string, tenant *string) error {
	named, err := tenantOf(subject)
	switch {
	case err != nil:
		return err
	case *tenant == "":
		*tenant = named
	case named != *tenant:
		return &deprovision.Invalid{Field: "tenant", Value: clip(*tenant, 80), Allowed: "the tenant that the subject names"}
	}
	return nil
}

// decode is strict: to pass over a field that is not known here would answer another question than the one asked.
func decode(data []byte, into any) error {
	if len(data) > MaxQuestion {
		return &deprovision.Invalid{Field: "size", Value: fmt.Sprintf("%d bytes", len(data)), Allowed: fmt.Sprintf("at most %d bytes", MaxQuestion)}
	}
	notJSON := &deprovision.Invalid{Field: "json", Allowed: "one JSON object (RFC 8259)"}
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '{' {
		return notJSON
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	wrong := deprovision.WrongType(err)
	switch {
	case wrong != nil:
		return wrong
	case err != nil:
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return &deprovision.Invalid{Field: clip(strings.Trim(name, `"`), 80), Allowed: "no such field is known here"}
		}
		return notJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return notJSON
	}
	return nil
}
