// Package tenants makes the clients of every tenant that a worker is told of: one set of connections a tenant, one sign-in a credential.
//
//	set, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": …}}, tenants.Options{Gate: gate})
//	tenant, err := set.Tenant(ctx, "contoso", "") // with the tenant's own credential
//	err = tenant.Directory.…
//
// [New] calls nobody and reads no secret, only the files of certificate authorities. What is wrong with a configuration it says with a
// [deprovision.Invalid] whose field is the path of the value, e.g. "tenants.contoso.credentials.main.clientId".
package tenants
