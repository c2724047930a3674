package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/event/schema"
)

var update = flag.Bool("update", false, "write the contract anew, if nothing in it broke")

const contractFile = "testdata/contract-v1.json"

// contract is what senders and subscribers were promised.
type contract struct {
	Messages map[string]route `json:"messages"`
	Schemas  map[string]flat  `json:"schemas"`
}

// route is a CloudEvents type and the subject that it travels on.
type route struct {
	Type    string `json:"type"`
	Address string `json:"address"`
}

// ref stands for every request.
var ref = deprovision.Ref{Tenant: "{tenant}", Service: "{service}", Request: "{request}"}

func routes() map[string]route {
	return map[string]route{
		"request":     {event.RequestType, event.Subject(event.Requests, ref)},
		"decision":    {event.DecisionType, event.Subject(event.Decisions, ref)},
		"progress":    {event.ProgressType, event.Subject(event.Events, ref)},
		"plan":        {event.PlanType, event.Subject(event.Plans, ref)},
		"account":     {event.AccountType, event.AccountSubject("{tenant}", "{account}")},
		"dead-letter": {event.DeadLetterType, strings.ReplaceAll(event.DeadLetterSubject("REASON"), "REASON", "{reason}")},
	}
}

func current(t *testing.T) contract {
	t.Helper()
	c := contract{Messages: routes(), Schemas: map[string]flat{}}
	for _, name := range schema.Names() {
		if name != "wake" && name != "brake" { // workers send them to themselves
			c.Schemas[name] = flatten(t, name)
		}
	}
	return c
}

func TestContractIsKept(t *testing.T) {
	t.Parallel()
	now := current(t)
	body, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	body = append(body, '\n')
	promised, err := os.ReadFile(contractFile)
	if err == nil {
		var before contract
		if err := json.Unmarshal(promised, &before); err != nil {
			t.Fatal(err)
		}
		for _, broken := range breaks(before, now) {
			t.Errorf("%s: this breaks who relies on version 1; undo it, or give the message type a new major version", broken)
		}
	} else if !*update {
		t.Fatal(err)
	}
	if t.Failed() || bytes.Equal(body, promised) {
		return
	}
	if !*update {
		t.Fatalf("the contract grew without breaking anybody: run this test with -update and commit %s", contractFile)
	}
	if err := os.WriteFile(contractFile, body, 0o644); err != nil {
		t.Fatal(err)
	}
}
