package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", "0f1e")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges."}}`))
	}))
	defer server.Close()
	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: "graph", Service: server.URL, Base: base})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := &transport.Call{Name: "DELETE /groups/{id}", Changes: true}
	ctx := m365.WithCallID(context.Background(), "7d0c3f5e-0000-8000-8000-000000000001")
	req, err := http.NewRequestWithContext(call.Context(ctx), http.MethodDelete, server.URL+"/v1.0/groups/1", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Do(req) //nolint:bodyclose // it fails
	var failure *deprovision.Failure
	fmt.Println(errors.As(err, &failure), failure)
	// Output:
	// true graph: DELETE /groups/{id}: forbidden (status 403, request-id 0f1e): Authorization_RequestDenied: Insufficient privileges.
}
