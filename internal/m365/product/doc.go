// Package product tells the product's own console, by a signed hook, that a service account is gone.
//
// The hook is a POST by Standard Webhooks (https://www.standardwebhooks.com): the headers webhook-id, webhook-timestamp and
// webhook-signature, and a body with the account in "data". The same id is the same wish, so repeating it is harmless.
//
//	{"type":"service-account.remove","data":{"tenantId":"…","accountId":"…","service":"exchange-online-inline","appId":"…"}}
package product
