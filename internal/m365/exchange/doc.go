// Package exchange runs cmdlets of Exchange Online by the front door that Microsoft's own PowerShell module uses:
// POST {endpoint}/adminapi/beta/{tenant}/InvokeCommand.
//
// Microsoft does not publish that interface; Graph has no other for rules, connectors and allow lists. What is known of it comes from the
// module and from public clients of it, and is written where it is used. Errors are told apart by package transport.
//
// A [Client] holds two safeguards of its own. A Get- cmdlet with an empty Identity would return everything, and a listing that was cut
// short would look whole: the first is refused, the second is an error.
package exchange
