// Package m365 says what a step may ask of a Microsoft 365 tenant, as small interfaces. The packages below it implement them:
// transport (HTTP, tokens, the tenant's gate), graph (Microsoft Graph by its SDK), batch (Microsoft Graph about many objects at once),
// exchange (InvokeCommand), sharepoint (SharePoint's own REST API), product (the product's hook).
//
// Rules for every implementation: one method call is one tenant call, but for reads that page, and for calls about several places, where
// each is judged by itself; nothing is retried inside;
// every error is a [deprovision.Failure], classified once; the context's deadline is the end of the worker's lease;
// the client-request-id of a destructive call comes from [WithCallID].
package m365
