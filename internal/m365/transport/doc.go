// Package transport is the one way by which calls reach a tenant: an [http.Client] whose round trip is a list of middlewares, written
// down in transport.go in the order in which a call meets them.
//
// It departs from net/http in one thing, on purpose: an answer that is no success comes back as a [*deprovision.Failure] and not as a
// response. So a failure is classified once, where status, headers and raw body are still at hand, and no client library above it can
// lose the status over a body that it cannot read.
//
//	client, err := transport.New(transport.Options{API: "graph", Service: "https://graph.microsoft.com", Tokens: tokens})
//	call := &transport.Call{Name: "DELETE /groups/{id}", Changes: true}
//	req, err := http.NewRequestWithContext(call.Context(ctx), http.MethodDelete, address, nil)
//	_, err = client.Do(req)        // nil, or transport.Failed(err, …) is the Failure
//	receipt := call.Receipt()
//
// Nothing is retried and no redirect is followed. What net/http does by itself stays: a read may be sent again, and a change only if
// not one byte of it was written, when an idle connection turns out to be dead; the fence is asked again before that too.
package transport
