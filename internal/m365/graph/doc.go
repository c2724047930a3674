// Package graph asks Entra through Microsoft Graph, with the request builders and models of msgraph-sdk-go.
//
// It imports the SDK by sub-packages only: the root package would add eighty of them. Nobody else imports the SDK, whose models take
// minutes and gigabytes to compile.
//
// Of the SDK's own machinery below the builders, nothing is used: its retries cannot be switched off reliably, its token provider sends
// a call without a token when it does not know the host, its reader of errors loses the status over a page in HTML, and its page
// iterator never doubts a link. Calls go out by package transport, which also puts the token on them.
package graph
