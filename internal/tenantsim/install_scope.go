package tenantsim

import "slices"

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

func (s *installScope) routes(base string) []route {
	return []route{
		{method: "GET", pattern: base, roles: append(slices.Clone(s.read), s.self), handle: func(r *request) reply { return r.listInstalled(s) }},
		{method: "GET", pattern: base + "/{child}", roles: append(slices.Clone(s.read), s.self), handle: func(r *request) reply { return r.getInstalled(s) }},
		{method: "DELETE", pattern: base + "/{child}", roles: append(slices.Clone(s.write), s.self), handle: func(r *request) reply { return r.uninstall(s) }},
	}
}
