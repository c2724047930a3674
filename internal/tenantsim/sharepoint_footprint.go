package tenantsim

import "slices"

// Ids, addresses and names of what [AddSharePoint] adds. The product publishes
// neither the addresses of its receivers nor the titles of its libraries; ours
// stand in.
const (
	SharePointName        = "contoso" // in front of .sharepoint.com
	SharePointURL         = "https://contoso.sharepoint.com"
	SharePointPersonalURL = "https://contoso-my.sharepoint.com"
	SharePointAdminURL    = "https://contoso-admin.sharepoint.com"
	MarketingSite         = SharePointURL + "/sites/marketing"
	EventsWeb             = MarketingSite + "/events" // a web below it
	LegalSite             = SharePointURL + "/sites/legal"
	LockedSite            = SharePointURL + "/sites/archive"
	FinanceTeamSite       = SharePointURL + "/sites/finance" // of a team
	PersonalSite          = SharePointPersonalURL + "/personal/mia_contoso_example"
	ReceiverAppID         = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b021" // the product's app that made receivers and webhooks
	ReceiverSecret        = "receiver-secret-for-tests"
	SiteAddInAppID        = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b061" // an add-in of the product on one site
	ReceiverURL           = "https://spo-events.tmcas.trendmicro.com/receiver.svc"
	ReceiverName          = "TMCASRemoteEventReceiver"
	QuarantineLibrary     = "TMCAS Quarantine"
	DelegateLogin         = "i:0#.f|membership|cas-delegate@" + InlineDomain
	adminLogin            = "i:0#.f|membership|admin@" + InlineDomain
)

// ReceiverHost is the host of the product's receivers.
const ReceiverHost = "spo-events.tmcas.trendmicro.com"

// Event types, see
// https://learn.microsoft.com/previous-versions/office/sharepoint-csom/ee543324(v=office.15)
const (
	itemAdded       = 10001
	itemUpdated     = 10002
	itemAttachment  = 10007
	listAdded       = 10104
	webProvisioned  = 10204
	synchronous     = 1
	asynchronous    = 2
	documentLibrary = 101
)

// AddSharePoint adds to [InlineTenant] what the product leaves in SharePoint
// and OneDrive, the right to clean up for the worker's app, and look-alikes:
// receivers and webhooks of Microsoft and of another vendor, a library that
// cannot be deleted, a locked site.
func AddSharePoint(f *Fixture) {
	if !slices.ContainsFunc(f.ServicePrincipals, func(sp ServicePrincipal) bool { return sp.AppID == ReceiverAppID }) {
		f.ServicePrincipals = append(f.ServicePrincipals, ServicePrincipal{AppID: ReceiverAppID, DisplayName: ProductName,
			OwnerTenant: vendorTenantID, Secrets: []string{ReceiverSecret}})
	}
	f.AppRoleAssignments = append(f.AppRoleAssignments,
		AppRoleAssignment{Principal: WorkerAppID, Resource: "sharepoint", Role: "Sites.FullControl.All"},
		AppRoleAssignment{Principal: ReaderAppID, Resource: "sharepoint", Role: "Sites.Read.All"},
		AppRoleAssignment{Principal: ReceiverAppID, Resource: "sharepoint", Role: "Sites.FullControl.All"})
	undeletable := false
	sp := &f.SharePoint
	sp.Sites = append(sp.Sites,
		SharePointSite{URL: SharePointURL, PrimaryAdmin: adminLogin, Web: Web{Title: "Contoso", Lists: microsoftLists()}},
		SharePointSite{URL: MarketingSite, PrimaryAdmin: adminLogin, Admins: []string{DelegateLogin, "c:0t.c|tenant|" + GlobalAdministrator},
			Members:   []string{"i:0#.f|membership|mia@contoso.example"},
			Receivers: append(microsoftReceivers(), productReceiver(webProvisioned)),
			Web: Web{Title: "Marketing", Receivers: append(microsoftReceivers(), productReceiver(listAdded), rivalReceiver()),
				Lists: append(microsoftLists(),
					List{Title: "Campaigns", ItemCount: 12, Receivers: append(microsoftReceivers(), productReceiver(itemAdded), productReceiver(itemUpdated)),
						Webhooks: []Webhook{
							{App: ReceiverAppID, NotificationURL: "https://" + ReceiverHost + "/webhook", ClientState: "tmcas"},
							{App: SharePointAppID, NotificationURL: "https://westeurope1-sp.svc.ms/api/webhook"}}},
					List{Title: QuarantineLibrary, Hidden: true, ItemCount: 3},
					List{Title: "Quarantine", Hidden: true, ItemCount: 1},
					List{Title: "TMCAS Quarantine (records)", Hidden: true, AllowDeletion: &undeletable}),
				Webs: []Web{{URL: EventsWeb, Title: "Events", Receivers: []EventReceiver{productReceiver(listAdded)}, Lists: microsoftLists()}}}},
		SharePointSite{URL: LegalSite, PrimaryAdmin: adminLogin, Web: Web{Title: "Legal", Receivers: []EventReceiver{rivalReceiver()}, Lists: microsoftLists()}},
		SharePointSite{URL: LockedSite, PrimaryAdmin: adminLogin, Locked: true, Web: Web{Title: "Archive", Receivers: []EventReceiver{productReceiver(listAdded)}}},
		SharePointSite{URL: PersonalSite, PrimaryAdmin: "i:0#.f|membership|mia@contoso.example", Admins: []string{DelegateLogin},
			Web: Web{Title: "Mia", Receivers: []EventReceiver{productReceiver(listAdded)},
				Lists: []List{{Title: "Documents", Receivers: []EventReceiver{productReceiver(itemAdded)}}}}},
		SharePointSite{URL: FinanceTeamSite, PrimaryAdmin: adminLogin, Web: Web{Title: "Finance", Receivers: append(microsoftReceivers(), productReceiver(listAdded)),
			Lists: microsoftLists()}},
		SharePointSite{URL: SharePointURL + "/sites/intranet", PrimaryAdmin: adminLogin, Web: Web{Title: "Intranet", Receivers: microsoftReceivers(), Lists: microsoftLists()}},
		SharePointSite{URL: SharePointPersonalURL + "/personal/noah_contoso_example", PrimaryAdmin: "i:0#.f|membership|noah@contoso.example",
			Web: Web{Title: "Noah", Receivers: []EventReceiver{productReceiver(listAdded)}, Lists: []List{{Title: "Documents"}}}})
	sp.AppPrincipals = append(sp.AppPrincipals,
		AppPrincipal{AppID: ReceiverAppID, Title: ProductName, RedirectURI: "https://admin.tmcas.trendmicro.com/provision.html"},
		AppPrincipal{AppID: SiteAddInAppID, Title: ProductName, Sites: []string{MarketingSite}},
		AppPrincipal{AppID: "8f2b6d41-7a3c-4e95-b1d8-5c0e9f72a011", Title: "Expense forms", Sites: []string{MarketingSite, LegalSite}})
	sp.AddIns = append(sp.AddIns,
		AddIn{AppID: SiteAddInAppID, Title: ProductName, Site: MarketingSite},
		AddIn{AppID: "8f2b6d41-7a3c-4e95-b1d8-5c0e9f72a011", Title: "Expense forms", Site: MarketingSite})
}

func productReceiver(event int) EventReceiver {
	return EventReceiver{Name: ReceiverName, URL: ReceiverURL, EventType: event, Synchronization: asynchronous, Sequence: 10000}
}

func rivalReceiver() EventReceiver {
	return EventReceiver{Name: "Backup watcher", URL: "https://events.backup.example/spo.svc", EventType: listAdded, Synchronization: asynchronous, Sequence: 10000}
}

// microsoftReceivers are Microsoft's own: one in its assembly, one at its address.
func microsoftReceivers() []EventReceiver {
	return []EventReceiver{
		{Name: "ModernAttachmentReceiver", Class: "Microsoft.SharePoint.Internal.AttachmentReceiver",
			Assembly:  "Microsoft.SharePoint, Version=16.0.0.0, Culture=neutral, PublicKeyToken=71e9bce111e9429c",
			EventType: itemAttachment, Synchronization: synchronous, Sequence: 1000},
		{Name: "FlowTrigger", URL: "https://prod-41.westeurope.logic.azure.com/sharepoint", EventType: itemAdded, Synchronization: asynchronous, Sequence: 10000},
	}
}

func microsoftLists() []List {
	no := false
	return []List{
		{Title: "Documents", ItemCount: 4},
		{Title: "Site Assets", ItemCount: 1},
		{Title: "appdata", Hidden: true, Template: 125, AllowDeletion: &no},
	}
}
