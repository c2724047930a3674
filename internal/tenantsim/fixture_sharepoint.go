package tenantsim

import "time"

// SharePoint is the tenant's SharePoint Online with OneDrive. Addresses are the
// real ones (https://contoso.sharepoint.com/sites/x), wherever the simulator
// listens; the name in front is the tenant's, the same in all of them.
type SharePoint struct {
	Sites         []SharePointSite `yaml:"sites"`
	AppPrincipals []AppPrincipal   `yaml:"appPrincipals"`
	AddIns        []AddIn          `yaml:"addIns"`
}

// SharePointSite is a site collection. Logins look like
// i:0#.f|membership|mia@contoso.example.
type SharePointSite struct {
	ID           string          `yaml:"id"`
	URL          string          `yaml:"url"`          // …/sites/x, …/teams/x, …-my…/personal/x, or the root
	PrimaryAdmin string          `yaml:"primaryAdmin"` // login; an administrator who cannot be taken away
	Admins       []string        `yaml:"admins"`       // logins
	Members      []string        `yaml:"members"`      // logins of users who are no administrators
	Locked       bool            `yaml:"locked"`       // every call answers 423
	Receivers    []EventReceiver `yaml:"receivers"`    // of the site collection
	Web          Web             `yaml:"web"`          // its root web; the url may be left out
}

// Web is a web with what lies below it.
type Web struct {
	ID        string          `yaml:"id"`
	URL       string          `yaml:"url"`
	Title     string          `yaml:"title"`
	Receivers []EventReceiver `yaml:"receivers"`
	Lists     []List          `yaml:"lists"`
	Webs      []Web           `yaml:"webs"`
}

// List is a list or a document library.
type List struct {
	ID            string          `yaml:"id"`
	Title         string          `yaml:"title"`
	Hidden        bool            `yaml:"hidden"`
	Template      int             `yaml:"template"`      // 0 is 101, a document library
	AllowDeletion *bool           `yaml:"allowDeletion"` // nil is true
	Created       time.Time       `yaml:"created"`
	ItemCount     int             `yaml:"itemCount"`
	Receivers     []EventReceiver `yaml:"receivers"`
	Webhooks      []Webhook       `yaml:"webhooks"`
}

// EventReceiver is registered on a site collection, a web or a list. Microsoft's
// own have a class and an assembly, the remote ones of products an address. See
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/create-a-remote-event-receiver-in-sharepoint-add-ins
type EventReceiver struct {
	ID              string `yaml:"id"`
	Name            string `yaml:"name"`
	URL             string `yaml:"url"`
	Class           string `yaml:"class"`
	Assembly        string `yaml:"assembly"`
	EventType       int    `yaml:"eventType"`
	Synchronization int    `yaml:"synchronization"` // 0 default, 1 synchronous, 2 asynchronous
	Sequence        int    `yaml:"sequence"`
}

// Webhook is a subscription to a list, see
// https://learn.microsoft.com/sharepoint/dev/apis/webhooks/lists/overview-sharepoint-list-webhooks
type Webhook struct {
	ID              string    `yaml:"id"`
	App             string    `yaml:"app"` // App Id of who made it; only that app can delete it
	NotificationURL string    `yaml:"notificationURL"`
	Expires         time.Time `yaml:"expires"`
	ClientState     string    `yaml:"clientState"`
}

// AppPrincipal is a principal of Azure ACS. Without Sites it has the whole
// tenant as its scope and goes with the service principal of its App Id.
type AppPrincipal struct {
	AppID       string   `yaml:"appId"`
	Title       string   `yaml:"title"`
	RedirectURI string   `yaml:"redirectURI"`
	Sites       []string `yaml:"sites"` // addresses of site collections
}

// AddIn is an add-in that was installed on a site.
type AddIn struct {
	ID    string `yaml:"id"` // of the installation
	AppID string `yaml:"appId"`
	Title string `yaml:"title"`
	Site  string `yaml:"site"` // address of the site collection
}
