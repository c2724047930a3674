package batch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/batch"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

func Example() {
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"responses":[
			{"id":"1","status":404,"body":{"error":{"code":"ErrorItemNotFound","message":"The folder was not found."}}},
			{"id":"0","status":204,"headers":{"request-id":"r-1"}}]}`))
	}))
	defer graph.Close()
	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: batch.API, Service: graph.URL, Base: base})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := batch.New(client, graph.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	answers, err := b.DeleteFolders(context.Background(), []m365.Target{
		{Place: "anna", ID: "AAMkAD-1=", CallID: "7d0c3f5e-0000-8000-8000-000000000001"},
		{Place: "bert", ID: "AAMkAD-2=", CallID: "7d0c3f5e-0000-8000-8000-000000000002"},
	}, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers {
		fmt.Println(a.Receipt, a.Err)
	}
	// Output:
	// {DELETE /users/{id}/mailFolders/{id} 7d0c3f5e-0000-8000-8000-000000000001 r-1} <nil>
	// {  } graph: DELETE /users/{id}/mailFolders/{id}: gone (status 404): ErrorItemNotFound: The folder was not found.
}
