package m365

import "context"

// MostTargets is how many places or targets one call about several takes: what Graph's $batch does.
// https://learn.microsoft.com/graph/json-batching
const MostTargets = 20

// Target names one object inside a place: a folder in a mailbox, a receiver on a web, an installation in a team.
type Target struct {
	Place  string // id of the mailbox, address of the web, id of the team, chat or user
	Inside string // what of the place: a list's id, "web" or "site" for event receivers; else empty
	ID     string
	CallID string // client-request-id of the change; reads leave it empty
}

// Answer is what became of one place or target of a call about several: each is judged by itself, and one that fails says nothing about the others.
type Answer struct {
	Objects []Object // of a read; a read by id has one
	Receipt Receipt  // of a change
	Err     error    // a Failure
}

// Mail is what steps ask of mailboxes through Microsoft Graph. Calls about several take at most [MostTargets] and answer in their order; the
// error beside the answers is one of the whole call.
type Mail interface {
	// Mailboxes lists, by id, the members of the tenant who may have a mailbox; Name is the address. Guests, and users without an address, are not among them.
	Mailboxes(ctx context.Context) ([]Object, error)
	// Folders lists all folders of each mailbox: hidden ones, and those below others, too.
	Folders(ctx context.Context, mailboxes []string) ([]Answer, error)
	// ReadFolders reads folders by id. Absent: class gone.
	ReadFolders(ctx context.Context, folders []Target) ([]Answer, error)
	// DeleteFolders moves folders to where the mailbox keeps deleted items; purge removes them for good, which only the global cloud does.
	DeleteFolders(ctx context.Context, folders []Target, purge bool) ([]Answer, error)
}

// Scopes of event receivers, for [Target.Inside]. Any other value is the id of a list.
const (
	OnSite = "site" // the site collection
	OnWeb  = "web"
)

// Sites lists the site collections of a tenant, through Microsoft Graph.
type Sites interface {
	// Sites lists the site collections of the tenant, personal ones (OneDrive) too; ID is Graph's, Name the address. Raw has isPersonalSite.
	Sites(ctx context.Context) ([]Object, error)
	// TeamSites lists the site collections of the groups that are teams; Name is the address, Raw has groupId beside the site's properties.
	TeamSites(ctx context.Context) ([]Object, error)
}

// SharePoint is what steps ask of SharePoint and OneDrive through its own REST API. Each method is one web request, but for reads that page.
type SharePoint interface {
	// Webs lists the webs directly below a web; Name is the address.
	Webs(ctx context.Context, web string) ([]Object, error)
	// Lists lists the lists and libraries of a web, hidden ones too; Name is the title.
	Lists(ctx context.Context, web string) ([]Object, error)
	// List reads one. Absent: class gone.
	List(ctx context.Context, web, id string) (Object, error)
	// RemoveList moves a list to the recycle bin, from where it can be restored for 93 days; purge removes it for good.
	RemoveList(ctx context.Context, list Target, purge bool) (Receipt, error)
	// Receivers lists the event receivers of a scope: [OnSite], [OnWeb] or a list's id. Microsoft's own are among them.
	Receivers(ctx context.Context, web, scope string) ([]Object, error)
	DeleteReceiver(ctx context.Context, receiver Target) (Receipt, error)
	// Webhooks lists the subscriptions of a list, whichever app made them. Only that app can delete one.
	Webhooks(ctx context.Context, web, list string) ([]Object, error)
	DeleteWebhook(ctx context.Context, webhook Target) (Receipt, error)
	// Admins lists the administrators of a site collection; ID is the login name.
	Admins(ctx context.Context, site string) ([]Object, error)
	// RemoveAdmin takes the right away from one user, and from nobody else whatever happens meanwhile.
	RemoveAdmin(ctx context.Context, admin Target) (Receipt, error)
	// AppPrincipals lists the principals of Azure ACS with these App Ids; ID is the App Id. What is absent is left out.
	AppPrincipals(ctx context.Context, appIDs []string) ([]Object, error)
	// AdminCenter is the address of SharePoint's own admin site, for links.
	AdminCenter() string
}

// Where a Teams app is installed.
const (
	InTeam = "teams"
	InChat = "chats"
	InUser = "users"
)

// Apps is what steps ask of Teams through Microsoft Graph. Scope is [InTeam], [InChat] or [InUser].
type Apps interface {
	// Teams lists the teams of the tenant by id.
	Teams(ctx context.Context) ([]Object, error)
	// Chats lists the chats of each user.
	Chats(ctx context.Context, users []string) ([]Answer, error)
	// Installed lists the apps that are installed in each place; Raw has teamsApp with id, externalId and displayName.
	Installed(ctx context.Context, scope string, places []string) ([]Answer, error)
	// Uninstall removes one installation.
	Uninstall(ctx context.Context, scope string, installation Target) (Receipt, error)
}

// DeletedKind is a kind of soft-deleted object of the directory.
type DeletedKind string

// The kinds of which a deleted object can be read; the names are those of Graph.
const (
	DeletedUser        DeletedKind = "user"
	DeletedGroup       DeletedKind = "group"
	DeletedApplication DeletedKind = "application"
	DeletedPrincipal   DeletedKind = "servicePrincipal"
)
