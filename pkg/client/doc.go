// Package client is how a program asks for removals and follows them. It needs a NATS connection and nothing else.
//
//	c, err := client.Connect("nats://127.0.0.1:4222", client.Options{Name: "joiner-mover-leaver"})
//	receipt, err := c.Submit(ctx, deprovision.Request{ID: client.NewID(), Tenant: "contoso", …})
//	for event, err := range c.Watch(ctx, receipt.Ref, 1) { … }
//
// [Client.Submit] and [Client.Decide] write, [Client.Watch] and [Client.WatchAll] follow the journal, [Client.Last] reads its truth,
// [Client.Get] and [Client.List] ask the workers for the current picture. [Client.Named] finds the requests of a batch, which
// [Client.WatchMany] follows together. [Client.Roster] is for whoever looks often at the accounts of a tenant. Errors can be told apart
// with errors.Is and errors.As: see errors.go. A call whose context has no deadline ends after [Options.Timeout]; the watches go on until
// their context ends.
package client
