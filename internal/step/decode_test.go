package step

import (
	"encoding/json"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func FuzzExchangeRowHasAGuidOrIsRefused(f *testing.F) {
	f.Add([]byte(`{"Guid":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001","Name":"a rule","WhenCreated":"2024-03-05T09:30:00Z"}`))
	f.Add([]byte(`{"Guid":"x","WhenCreated":"2024-03-05T09:30:00"}`))
	f.Add([]byte(`{"Guid":"x","WhenCreated":"yesterday"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		objects, err := parse(footprint.TransportRule, "Get-TransportRule", raw)
		if err == nil && (len(objects) != 1 || objects[0].ID == "") {
			t.Fatalf("%s was taken for an object", raw)
		}
		if err != nil && deprovision.ClassOf(err) != deprovision.Malformed {
			t.Fatalf("%v is no refusal", err)
		}
	})
}

func FuzzHolderIsNamedOrRefused(f *testing.F) {
	f.Add([]byte(`{"clientId":"a","principalId":"a user"}`))
	f.Add([]byte(`{"principalId":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, before []byte) {
		id, err := holder(deprovision.Artifact{Before: before})
		if (id == "") != (err != nil) {
			t.Fatalf("%q, %v", id, err)
		}
	})
}

func FuzzSettlingOfAnyTextDoesNotFail(f *testing.F) {
	f.Add(`{"reads":3,"still":["a"],"absent":"2026-11-24T08:00:00Z"}`)
	f.Add("12 artifacts read as absent")
	f.Fuzz(func(t *testing.T, text string) {
		s := settled(map[string]string{Drain: text}, Drain)
		if _, err := json.Marshal(s); err != nil && s.Absent == nil && s.Until == nil {
			t.Fatal(err)
		}
	})
}

func TestCallIDNamesRequestAndArtifact(t *testing.T) {
	t.Parallel()
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1"}
	a := deprovision.Artifact{Kind: "transport-rule", ID: "1"}
	id := callID(ref, a)
	if id != callID(ref, a) || !deprovision.ValidAppID(id) || id[14] != '8' {
		t.Errorf("%s is not the same UUID each time", id)
	}
	other := ref
	other.Request = "r2"
	if id == callID(other, a) || id == callID(ref, deprovision.Artifact{Kind: "transport-rule", ID: "2"}) || id == callID(ref, deprovision.Artifact{ID: "1"}) {
		t.Error("two calls share an id")
	}
}
