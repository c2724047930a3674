package api_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What is read must be what every other reader of JSON would read: nothing passed over, nothing taken twice.
func FuzzBody(f *testing.F) {
	f.Add([]byte(wish))
	f.Add([]byte(record))
	f.Add([]byte(`{"id":"d1","verb":"confirm","stop":7,"planDigest":"x","acknowledged":["a"],"names":null}`))
	f.Add([]byte(`{"id":"r1","options":{"drain":"1h","drain":"2h"}}`))
	f.Add([]byte(`{"ID":"r1"}`))
	f.Add([]byte(`{"options":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, into := range []any{&deprovision.Request{}, &api.Answer{}, &deprovision.Account{}, &client.Amendment{}, &struct{}{}} {
			err := api.DecodeBody(body, into)
			if err != nil {
				var in *deprovision.Invalid
				if !errors.As(err, &in) || in.Field == "" && in.Allowed == "" {
					t.Fatalf("%T %v", err, err)
				}
				if deprovision.LooksSecret(in.Field + in.Value) {
					t.Fatalf("it repeats a secret: %v", in)
				}
				continue
			}
			plain := reflect.New(reflect.TypeOf(into).Elem()).Interface()
			if err := json.Unmarshal(body, plain); err != nil || !reflect.DeepEqual(plain, into) {
				t.Fatalf("%+v, %+v, %v", plain, into, err)
			}
		}
	})
}

func TestExamplesOfTheDocumentAreAccepted(t *testing.T) {
	t.Parallel()
	c := described()
	kinds := map[string]func() any{"ask": func() any { return &deprovision.Request{} }, "decide": func() any { return &api.Answer{} },
		"putAccount":   func() any { return &deprovision.Account{} },
		"amendAccount": func() any { return &client.Amendment{} }, "requeueDeadLetter": func() any { return &struct{}{} }}
	for _, r := range api.Routes() {
		if !r.Body {
			continue
		}
		_, value, ok := c.at("/paths/" + escape(r.Path) + "/" + strings.ToLower(r.Method) + "/requestBody/content/application~1json")
		if !ok {
			t.Fatalf("%s has no body", r.ID)
		}
		content := value.(map[string]any)
		var examples []any
		if one, ok := content["example"]; ok {
			examples = append(examples, one)
		}
		several, _ := content["examples"].(map[string]any)
		for _, named := range several {
			examples = append(examples, named.(map[string]any)["value"])
		}
		if len(examples) == 0 {
			t.Errorf("%s has no example", r.ID)
		}
		for _, example := range examples {
			text := []byte(body(t, example))
			if err := api.DecodeBody(text, kinds[r.ID]()); err != nil {
				t.Errorf("%s refuses %s: %v", r.ID, text, err)
			}
			pointer := "/paths/" + escape(r.Path) + "/" + strings.ToLower(r.Method) + "/requestBody/content/application~1json/schema"
			if err := c.accepts(pointer, text); err != nil {
				t.Errorf("the schema of %s refuses %s: %v", r.ID, text, err)
			}
		}
	}
}
