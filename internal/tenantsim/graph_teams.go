package tenantsim

import (
	"net/http"
	"slices"
)

// installScope is one sort of place where a Teams app can be installed, with
// the permissions of
// https://learn.microsoft.com/graph/api/team-list-installedapps and its siblings.
type installScope struct {
	name  string
	kind  Kind // of the place
	read  []string
	write []string
	self  string // opens the calling app's own installations only
}

var (
	teamScope = installScope{
		name: "teams", kind: KindGroup, self: "TeamsAppInstallation.ReadWriteSelfForTeam.All",
		read: []string{"TeamsAppInstallation.ReadForTeam.All", "TeamsAppInstallation.ReadWriteForTeam.All",
			"Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
		write: []string{"TeamsAppInstallation.ReadWriteForTeam.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"},
	}
	chatScope = installScope{
		name: "chats", kind: KindChat, self: "TeamsAppInstallation.ReadWriteSelfForChat.All",
		read:  []string{"TeamsAppInstallation.ReadForChat.All", "TeamsAppInstallation.ReadWriteForChat.All"},
		write: []string{"TeamsAppInstallation.ReadWriteForChat.All"},
	}
	userScope = installScope{
		name: "users", kind: KindUser, self: "TeamsAppInstallation.ReadWriteSelfForUser.All",
		read:  []string{"TeamsAppInstallation.ReadForUser.All", "TeamsAppInstallation.ReadWriteForUser.All"},
		write: []string{"TeamsAppInstallation.ReadWriteForUser.All"},
	}
)

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

func (s *installScope) routes(base string) []route {
	return []route{
		{method: "GET", pattern: base, roles: append(slices.Clone(s.read), s.self), handle: func(r *request) reply { return r.listInstalled(s) }},
		{method: "GET", pattern: base + "/{child}", roles: append(slices.Clone(s.read), s.self), handle: func(r *request) reply { return r.getInstalled(s) }},
		{method: "DELETE", pattern: base + "/{child}", roles: append(slices.Clone(s.write), s.self), handle: func(r *request) reply { return r.uninstall(s) }},
	}
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

// venue finds the team, chat or user in the path.
func (r *request) venue(s *installScope) (*object, *reply) {
	id := r.params["id"]
	if s.kind == KindUser {
		id = r.tenant.userID(id)
	}
	o, ok := r.tenant.of(s.kind).read(id, r.now)
	if ok && (s.kind != KindGroup || slices.Contains(o.strings("resourceProvisioningOptions"), "Team")) {
		return o, nil
	}
	p := r.graphNotFound("NotFound", map[Kind]string{
		KindGroup: "No team found with Group Id ", KindChat: "No chat found with Id ", KindUser: "No user found with Id "}[s.kind]+r.params["id"]+".")
	return nil, &p
}

// reaches reports whether the token opens an installation: permissions on
// itself open those of the calling app only.
func (r *request) reaches(o *object, full []string) bool {
	return slices.ContainsFunc(full, r.may) || (o.str(entraAppKey) != "" && o.str(entraAppKey) == fold(r.call.AppID))
}

func (r *request) missing(id string) *reply {
	p := r.graphNotFound("NotFound", "No app installation found with Id "+id+".")
	return &p
}

// installed finds the installation in the path, through look.
func (r *request) installed(s *installScope, full []string, look func(id string) (*object, bool)) (*object, *reply) {
	at, bad := r.venue(s)
	if bad != nil {
		return nil, bad
	}
	o, ok := look(r.params["child"])
	if !ok || o.id != r.params["child"] || o.str(venueKey) != s.name+" "+at.id { // case matters
		return nil, r.missing(r.params["child"])
	}
	r.about(o)
	if !r.reaches(o, full) {
		p := r.forbidden()
		return nil, &p
	}
	return o, nil
}

func (r *request) uninstall(s *installScope) reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, bad := r.installed(s, s.write, r.tenant.of(KindInstallation).get)
	if bad != nil {
		return *bad
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return noContent()
}

func (r *request) getInstalled(s *installScope) reply {
	o, bad := r.installed(s, s.read, func(id string) (*object, bool) { return r.tenant.of(KindInstallation).read(id, r.now) })
	if bad != nil {
		return *bad
	}
	expand, bad := r.expanded()
	if bad != nil {
		return *bad
	}
	v := installationView(o, expand)
	v["@odata.context"] = r.base + "/v1.0/$metadata#" + s.name + "('" + r.params["id"] + "')/installedApps/$entity"
	return jsonReply(http.StatusOK, v)
}
