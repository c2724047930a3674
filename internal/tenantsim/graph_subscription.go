package tenantsim

import (
	"slices"
	"strings"
	"time"
)

func subscriptionRoutes() []route {
	return []route{
		{method: "GET", pattern: "/subscriptions", roles: anyToken, handle: (*request).listSubscriptions},
		{method: "GET", pattern: "/subscriptions/{id}", roles: anyToken, handle: (*request).getSubscription},
		{method: "DELETE", pattern: "/subscriptions/{id}", roles: anyToken, handle: (*request).deleteSubscription},
	}
}

// subscriptionReaders are the permissions for a subscription by the start of
// its resource; the first that fits counts. See
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions#permissions
// A resource that is not here needs none.
var subscriptionReaders = []struct {
	part  string // of the resource; a * is any text
	roles []string
}{
	{"chats*", []string{"Chat.Read.All", "Chat.ReadWrite.All"}},
	{"users/*/chats*", []string{"Chat.Read.All", "Chat.ReadWrite.All"}},
	{"teams*", []string{"ChannelMessage.Read.All"}},
	{"users/*/messages*", readMail},
	{"users/*/mailfolders*", readMail},
	{"users/*/events*", []string{"Calendars.Read"}},
	{"users/*/contacts*", []string{"Contacts.Read"}},
	{"users/*/drive*", []string{"Files.ReadWrite.All"}},
	{"drives/*", []string{"Files.ReadWrite.All"}},
	{"sites/*", []string{"Sites.ReadWrite.All"}},
	{"users*", []string{"User.Read.All", "User.ReadWrite.All"}},
	{"groups*", []string{"Group.Read.All", "Group.ReadWrite.All"}},
}

// mayWatch reports whether the token reads what a subscription is about.
func (r *request) mayWatch(o *object) bool {
	resource := strings.TrimPrefix(o.str("resource"), "/")
	for _, row := range subscriptionReaders {
		if like(row.part, resource) {
			return slices.ContainsFunc(row.roles, r.may)
		}
	}
	return true
}

// alive reports whether a subscription has not lapsed.
func (r *request) alive(o *object) bool {
	until, _ := o.props[expiresKey].(time.Time)
	return r.now.Before(until)
}

// mine reports whether the calling app made a subscription: of others it sees
// none, see https://learn.microsoft.com/graph/api/subscription-list
func (r *request) mine(o *object) bool {
	return strings.EqualFold(o.str("applicationId"), r.call.AppID)
}

// listSubscriptions takes no query options but what its own nextLink has; the
// others are ignored.
func (r *request) listSubscriptions() reply {
	for key := range r.query {
		if key != "$skiptoken" {
			delete(r.query, key)
		}
	}
	all := r.tenant.of(KindSubscription).list(r.now, func(o *object) bool { return r.mine(o) && r.alive(o) })
	if !allOf(all, r.mayWatch) { // what the service does here is not published
		return r.forbidden()
	}
	return r.page("subscriptions", KindSubscription, all)
}

func allOf(all []*object, test func(*object) bool) bool {
	return !slices.ContainsFunc(all, func(o *object) bool { return !test(o) })
}

func (r *request) getSubscription() reply {
	o, ok := r.tenant.of(KindSubscription).read(r.params["id"], r.now)
	if bad := r.judge(o, ok); bad != nil {
		return *bad
	}
	return r.one("subscriptions", o)
}

func (r *request) judge(o *object, found bool) *reply {
	if !found || !r.mine(o) || !r.alive(o) {
		p := r.graphNotFound("ResourceNotFound", "The object was not found.")
		return &p
	}
	r.about(o)
	if !r.mayWatch(o) {
		p := r.forbidden()
		return &p
	}
	return nil
}

// deleteSubscription ends the notifications, see
// https://learn.microsoft.com/graph/api/subscription-delete
func (r *request) deleteSubscription() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, ok := r.tenant.of(KindSubscription).get(r.params["id"])
	if bad := r.judge(o, ok); bad != nil {
		return *bad
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return noContent()
}

const expiresKey = "_expires" // time.Time
