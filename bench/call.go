package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// principal is what every call deletes.
const principal = "5f0a7f1e-3d3b-4a53-8f1c-6d0e2b9a7c44"

// call is the one thing that a step does: it deletes a service principal and returns the service's id of the call.
type call func(ctx context.Context) (string, error)

// plainCalls is net/http without anything of ours; the bare loop makes the same calls.
func plainCalls(address string, inFlight int) (c call, done func()) {
	sender := &http.Transport{MaxIdleConns: 2 * inFlight, MaxIdleConnsPerHost: 2 * inFlight, DisableCompression: true}
	client := &http.Client{Transport: sender}
	url := "http://" + address + "/v1.0/servicePrincipals/" + principal
	return func(ctx context.Context) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodDelete, url, http.NoBody)
		if err != nil {
			return "", err
		}
		resp, err := client.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return "", err
		}
		if resp.StatusCode != http.StatusNoContent {
			return "", fmt.Errorf("the tenant answered %s", resp.Status)
		}
		return resp.Header.Get("request-id"), nil
	}, sender.CloseIdleConnections
}

// graphCalls goes the product's whole way: gate, token, fence, the SDK's builders, our transport.
func graphCalls(address, dir string, gate transport.Gate, observer transport.Observer) (c call, done func(), err error) {
	base, secret := "http://"+address, filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("opens-nothing"), 0o600); err != nil {
		return nil, nil, err
	}
	set, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{alias: {
		ID: "b5a7d3c2-6f0e-4c55-8e0d-2f3a9c1b7d60", Cloud: "custom", Endpoints: tenants.Endpoints{Login: base, Graph: base, Exchange: base},
		Credential: "worker", Credentials: map[string]tenants.Credential{"worker": {Type: "client-secret", ClientID: appID, SecretFile: secret}},
	}}}, tenants.Options{Gate: gate, Observer: observer})
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) (string, error) {
		tenant, err := set.Tenant(ctx, alias, "")
		if err != nil {
			return "", err
		}
		ctx = m365.WithFence(m365.WithCallID(ctx, principal), ctx.Err)
		receipt, err := tenant.Directory.DeleteServicePrincipal(ctx, principal)
		if err == nil && receipt.RequestID == "" {
			err = &deprovision.Failure{Class: deprovision.Malformed, API: "bench", Call: receipt.Call, Err: io.ErrUnexpectedEOF}
		}
		return receipt.RequestID, err
	}, set.Close, nil
}
