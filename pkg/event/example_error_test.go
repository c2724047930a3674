package event_test

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// A message on the subject of another tenant is refused: permissions are given on subjects.
func ExampleMismatch_Error() {
	msg := must(event.EncodeRequest(request(), ""))
	msg.Subject = "deprovision.request.fabrikam.exchange-online-inline.r1"
	_, err := event.DecodeRequest(msg)
	fmt.Println(err)
	// Output: the body belongs on subject "deprovision.request.contoso.exchange-online-inline.r1", it came on "deprovision.request.fabrikam.exchange-online-inline.r1"
}

// A reader that meets a newer message can tell it from a broken one, and leave it to a newer reader.
func ExampleUnknownVersion_Error() {
	msg := must(event.EncodeRequest(request(), ""))
	msg.Header = nats.Header{"ce-specversion": {"1.0"}, "ce-id": {"r1"}, "ce-source": {"/soc"}, "ce-type": {"io.deprovisioner.request.v2"}}
	_, err := event.DecodeRequest(msg)
	var newer *event.UnknownVersion
	fmt.Println(errors.As(err, &newer))
	fmt.Println(err)
	// Output:
	// true
	// type "io.deprovisioner.request.v2" is of another major version than io.deprovisioner.request.v1
}
