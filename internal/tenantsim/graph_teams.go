package tenantsim

import "slices"

var (
	// https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps
	readCatalog = []string{"AppCatalog.Read.All", "AppCatalog.ReadWrite.All"}
	// https://learn.microsoft.com/graph/api/chat-list, chat-get
	readChats = []string{"Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"}
)

func teamsRoutes() []route {
	rows := []route{
		{method: "GET", pattern: "/appCatalogs/teamsApps", roles: readCatalog, handle: (*request).listCatalog},
		{method: "DELETE", pattern: "/appCatalogs/teamsApps/{id}", handle: (*request).forbidden}, // no application permission opens it
		{method: "GET", pattern: "/users/{id}/chats", roles: readChats, handle: (*request).listChats},
		{method: "GET", pattern: "/chats/{id}", roles: readChats, handle: (*request).getChat},
	}
	for base, scope := range map[string]*installScope{
		"/teams/{id}/installedApps": &teamScope, "/chats/{id}/installedApps": &chatScope, "/users/{id}/teamwork/installedApps": &userScope,
	} {
		rows = append(rows, scope.routes(base)...)
	}
	return rows
}

// listCatalog lists the apps of the catalog; what was sideloaded is not in it.
func (r *request) listCatalog() reply {
	return r.many("appCatalogs/teamsApps", KindTeamsApp, func(o *object) bool { return o.str("distributionMethod") != "sideloaded" })
}

// Page sizes of chats, see https://learn.microsoft.com/graph/api/chat-list
const (
	chatPage        = 20
	largestChatPage = 50
)

func (r *request) listChats() reply {
	u, ok := r.tenant.of(KindUser).read(r.tenant.userID(r.params["id"]), r.now)
	if !ok {
		return r.graphNotFound("NotFound", "No user found with Id "+r.params["id"]+".")
	}
	r.about(u)
	filter, bad := r.filter(KindChat)
	if bad != nil {
		return *bad
	}
	all := slices.DeleteFunc(r.tenant.seen(KindChat, u.id, r.now), func(o *object) bool { return filter != nil && !filter(o.props) })
	return r.pageOf("users('"+r.params["id"]+"')/chats", KindChat, all, chatPage, largestChatPage)
}

func (r *request) getChat() reply {
	o, ok := r.tenant.of(KindChat).read(r.params["id"], r.now)
	if !ok {
		return r.graphNotFound("NotFound", "No chat found with Id "+r.params["id"]+".")
	}
	r.about(o)
	return r.one("chats", o)
}
