// Package tenantsim is a simulated Microsoft 365 tenant behind real HTTP.
//
// It answers what a cleanup of an email security product asks of a tenant: the
// token endpoint, a part of Microsoft Graph v1.0 with $batch, Exchange Online's
// InvokeCommand, SharePoint's REST API, and the product vendor's removal hook. It is as strict as the
// real services are: permissions per call, OData errors, paging, throttling
// with fractional Retry-After, reads that lag behind writes, soft delete.
//
//	sim, err := tenantsim.New(tenantsim.InlineTenant(), tenantsim.Options{})
//	srv := httptest.NewServer(sim.Handler()) // or sim.Start(ctx, "127.0.0.1:0")
//	…
//	sim.Faults.Must(tenantsim.Fault{Do: tenantsim.FaultThrottle, Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}})
//	…
//	sim.Changes("")  // what is different from the fixture
//	sim.RemovedBy(id) // which calls removed this object
//
// One listener serves all hosts of the real service, told apart by the Host
// header where it holds one of Microsoft's names, and else by path:
//
//	/{tenant}/oauth2/v2.0/token  login.microsoftonline.com
//	/v1.0/…                      graph.microsoft.com
//	/adminapi/…                  outlook.office365.com
//	/sharepoint/contoso-my/…     contoso-my.sharepoint.com
//	/product/removals            the vendor's console
//	/_sim/…                      control, loopback only
//
// A call goes this way: [Sim.Handler] → identify (tenant, caller, cmdlet) →
// [Faults] → latency → permission and budget → the API's handler → call log.
// Objects live in collections of immutable values: a change replaces the
// object, so a reader holds a lock only while it looks up a pointer.
//
// Facts carry the public page they come from. Where Microsoft publishes no
// wording (a connector in use, the last Global Administrator) ours stands in,
// and the comment says so: do not build on those texts.
package tenantsim
