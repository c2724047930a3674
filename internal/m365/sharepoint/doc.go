// Package sharepoint asks SharePoint and OneDrive through SharePoint's own REST API, {web}/_api: event receivers, webhooks of lists, site
// administrators and app principals, for which Graph has nothing.
//
// A tenant has three hosts there: {name}.sharepoint.com for sites, {name}-my.… for OneDrive and {name}-admin.… for its administration. Data
// names webs by their public addresses, always; a [Client] knows by the host of an address where to send a call, and refuses what is not
// its tenant's. Hosts of further geographies of one tenant are named as their tenant's administrator likes, and are refused too.
//
// App-only access needs a credential with a certificate: SharePoint refuses tokens that were got by a client secret. See
// https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
//
// Nothing is replaced that others may change meanwhile: each removal names one receiver, one webhook, one list or one user. The admin
// center's own way of removing an administrator, which writes the whole list anew, is not taken for this reason.
package sharepoint
