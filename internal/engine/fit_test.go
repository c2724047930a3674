package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// fill sets every field that a value has, also those that nobody has thought of yet.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(-1 << 62)
	case reflect.Uint64:
		v.SetUint(1<<64 - 1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 5, 5))
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, suffix := range []string{"a", "b", "c"} {
			value := reflect.New(v.Type().Elem()).Elem()
			fill(value, text)
			v.SetMapIndex(reflect.ValueOf(text+suffix).Convert(v.Type().Key()), value)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("", 13*3600))))
			return
		}
		for _, field := range v.Fields() {
			fill(field, text)
		}
	default:
		panic("a progress document holds a " + v.Kind().String())
	}
}

func TestBoundIsNeverBelowWhatADocumentWeighs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", strings.Repeat("plain ", 50), "\x00\x1f\"\\<>&\x7f", "äö\u2028\u2029€😀", "\xff\xfe", strings.Repeat("\x01", 500)} {
		var p deprovision.Progress
		fill(reflect.ValueOf(&p).Elem(), text)
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := bound(&p); got < len(body) {
			t.Errorf("%q in every field: %d bytes, bound %d", text, len(body), got)
		}
	}
}

func TestFitShortensWhatDoesNotFitAndNothingElse(t *testing.T) {
	t.Parallel()
	small := deprovision.Progress{Remainder: make([]deprovision.Remainder, 20)}
	large := small.Clone()
	for i := range large.Remainder {
		large.Remainder[i].Instructions = strings.Repeat("<", 1000) // six bytes each as JSON
	}
	fit(&small)
	fit(&large)
	if len(small.Remainder) != 20 {
		t.Errorf("%d of 20 are left of a document that fits", len(small.Remainder))
	}
	if body, err := json.Marshal(large); err != nil || len(body) > deprovision.MaxProgress || len(large.Remainder) < 4 {
		t.Errorf("%d bytes, %d left, %v", len(body), len(large.Remainder), err)
	}
}
