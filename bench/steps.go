package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stepCount is how many steps a request has.
const stepCount = 8

// steps are the worker's steps: each makes one call and takes no other time.
type steps struct {
	call call
	now  func() time.Time
}

var _ engine.Steps = steps{}

var stepNames = func() (names []string) {
	for i := range stepCount {
		names = append(names, fmt.Sprintf("remove-artifact-%d", i+1))
	}
	return names
}()

func (steps) Names(deprovision.Request) []string   { return stepNames }
func (steps) Closing(deprovision.Request) []string { return nil }
func (steps) Left(deprovision.Progress, deprovision.Account, deprovision.Plan, []string) engine.Leftover {
	return engine.Leftover{}
}

// before is an object as a step would have read it, of about the size of a service principal.
var before = json.RawMessage(`{"id":"` + principal + `","appId":"` + appID + `","displayName":"Cloud App Security","accountEnabled":true,` +
	`"createdDateTime":"2024-03-01T08:15:30Z","servicePrincipalType":"Application","appOwnerOrganizationId":"d3590ed6-52b3-4102-aeff-aad2292ab01c",` +
	`"replyUrls":[],"servicePrincipalNames":["` + appID + `"],"signInAudience":"AzureADMultipleOrgs","tags":["WindowsAzureActiveDirectoryIntegratedApp"]}`)

func (s steps) Run(ctx context.Context, name string, work *engine.Work) (engine.Result, error) {
	id, err := s.call(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	return engine.Result{Evidence: []deprovision.Evidence{{
		Artifact: deprovision.Artifact{Kind: "service-principal", ID: principal, Name: "Cloud App Security", Step: name, Match: "app-id", Before: before},
		Outcome:  deprovision.Removed, At: s.now(), Call: "DELETE /servicePrincipals/{id}", ClientID: work.Account().AppID, RequestID: id,
	}}}, nil
}
