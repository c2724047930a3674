// Package token signs the worker in: a [Source] is one credential of one tenant, and hands out access tokens by scope, each fetched
// once for all who need it and renewed before it ends.
//
//	source, err := token.New(credential, token.Options{TenantID: id, Login: "https://login.microsoftonline.com"})
//	tokens := source.For("https://graph.microsoft.com/.default") // a transport.Tokens
//
// A credential holds references to secrets. What they refer to is read when the first token is fetched, and again after a refusal, so
// that a secret that was replaced in its file needs no restart.
//
// Sign-in is azidentity's work, without its retries. It refuses a token endpoint without TLS; for the simulated tenant, and on
// loopback alone, direct.go asks such an endpoint itself.
package token
