package exchange_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"value":[{"Name":"External mail banner"}]}`))
	}))
	defer server.Close()
	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: exchange.API, Service: server.URL, Base: base})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := exchange.New(client, server.URL, "6f1c2a54-0c3b-4d7e-9a52-3b8f6e10c001")
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := x.Get(context.Background(), "Get-TransportRule", map[string]any{"ResultSize": "Unlimited"})
	for _, row := range rows {
		fmt.Println(string(row), err)
	}
	// Output: {"Name":"External mail banner"} <nil>
}
