package footprint

import (
	"net/url"
	"slices"
	"strings"
)

// recordedName reports whether the account's record has one of the names for objects of the candidate's kind.
func (f *finder) recordedName(c candidate, names ...string) bool {
	return slices.ContainsFunc(f.account.Names[string(c.Kind)], func(recorded string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return same(recorded, name) })
	})
}

// recordedHost reports whether the account's record has the host, however it was written down: alone, with a port, or as the whole address.
func (f *finder) recordedHost(c candidate, host string) bool {
	recorded := f.account.Names[string(c.Kind)]
	if c.Kind == ListWebhook { // the product is one, whichever way it is told of a change
		recorded = slices.Concat(recorded, f.account.Names[string(EventReceiver)])
	}
	return slices.ContainsFunc(recorded, func(recorded string) bool {
		if !strings.Contains(recorded, "//") {
			recorded = "//" + recorded
		}
		return same(hostOf(recorded), host)
	})
}

// judgeRecordedName decides about a folder or a library. The product hides its own: what can be seen is somebody else's with that name.
func (f *finder) judgeRecordedName(v *verdict, c candidate) {
	name, hidden := c.DisplayName, c.IsHidden
	if c.Kind == QuarantineLibrary {
		name, hidden = c.Title, c.Hidden
	}
	switch {
	case f.recordedName(c, name) && hidden:
		v.match = "recorded-name"
	case f.recordedName(c, name):
		v.suspect = "it has the recorded name, but is not hidden"
	case f.prefixed(name) != "":
		v.suspect = "its name begins with " + f.prefixed(name)
	}
}

// judgeHost decides about what calls an address. The service's own receivers and webhooks lie in the same collections.
func (f *finder) judgeHost(v *verdict, c candidate) {
	host := hostOf(c.ReceiverURL + c.NotificationURL) // an object has one of them
	switch {
	case c.ReceiverID != "" && f.recordedAs(c.ReceiverID) != "":
		v.match = "recorded-id"
	case host != "" && f.recordedHost(c, host):
		v.match = "recorded-host"
	case host != "" && f.ofProduct(host):
		v.suspect = "it calls " + host
	}
}

// hostOf is the host of an address, in lower case and without its port; "" where there is none.
func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
}

// judgeTeamsApp decides about an installed app.
func (f *finder) judgeTeamsApp(v *verdict, c candidate) {
	app := c.TeamsApp
	switch {
	case f.recordedName(c, app.ID, app.ExternalID):
		v.match = "recorded-id"
	case same(f.account.AppID, app.ExternalID):
		v.match = "app-id"
	case f.prefixed(app.DisplayName) != "" || same(f.product.Name, app.DisplayName):
		v.suspect = "it is called " + app.DisplayName
	}
}
