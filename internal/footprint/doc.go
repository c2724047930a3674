// Package footprint knows what a product leaves behind in a tenant, as data: kinds of object, the exact names that the vendor
// publishes, its sites' addresses, the order of removal, what a person must be told. The data lies in YAML files beside the code and is
// validated when it is loaded, so that a mistake in it stops the worker at start.
//
// A step reads objects from the tenant and hands them over as [Object] ([Parse] makes them of a raw answer); [Service.Find] decides about each:
//
//   - an artifact is the product's for certain: by the id that was recorded at set-up, by the account's App Id, or by a published name;
//   - a suspect only resembles the product's (prefix, smart host, addresses): it goes when a person approves it by name, else it is left;
//   - what a guard refuses (younger than the request, an address of the customer's own, an app of Microsoft) is left and named.
//
// The result is a [deprovision.Plan] whose order and digest depend on the tenant alone. Every artifact in it carries the object as it was
// and the command that would restore it; [RestoreCall] gives the same as a call. [Service.Left] and [Service.MailNote] tell what a removal
// that is cut short leaves behind, [Service.Needs] which rights it takes.
package footprint
