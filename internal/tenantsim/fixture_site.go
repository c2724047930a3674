package tenantsim

import "time"

// Site is a site collection of SharePoint or OneDrive, as Graph lists it. What
// is in it, the fixture of SharePoint says.
type Site struct {
	URL      string    `yaml:"url"`   // https://contoso.sharepoint.com/sites/finance
	ID       string    `yaml:"id"`    // GUID of the site collection
	WebID    string    `yaml:"webId"` // GUID of its top web
	Title    string    `yaml:"title"`
	Group    string    `yaml:"group"` // display name or id of the Microsoft 365 group it belongs to
	Personal bool      `yaml:"personal"`
	Created  time.Time `yaml:"created"`
}
