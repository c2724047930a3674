package sharepoint_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

func Example() {
	simulated := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path)
		_, _ = w.Write([]byte(`{"value":[{"ReceiverId":"7b0d3f5e-2222-4222-8222-000000000002","ReceiverName":"scan","ReceiverUrl":"https://hook.example/x"}]}`))
	}))
	defer simulated.Close()
	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	client, err := sharepoint.New(simulated.URL+"/sharepoint/contoso", func(service string) (*http.Client, error) {
		return transport.New(transport.Options{API: sharepoint.API, Service: service, Base: base}) // and Tokens, for a real one
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receivers, err := client.Receivers(context.Background(), "https://contoso-my.sharepoint.com/personal/anna", m365.OnWeb)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receivers[0].Name, receivers[0].ID)
	// Output:
	// GET /sharepoint/contoso-my/personal/anna/_api/web/eventreceivers
	// scan 7b0d3f5e-2222-4222-8222-000000000002
}
