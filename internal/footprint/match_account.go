package footprint

import (
	"slices"
	"strings"
)

// judgeUser decides about the delegate user, and what it has. A recorded id outranks the user principal name, which another user may have by now.
func (f *finder) judgeUser(v *verdict, c candidate) {
	switch c.Kind {
	case SiteAdmin:
		if i := strings.LastIndex(c.LoginName, "|"); f.account.UPN != "" && same(c.LoginName[i+1:], f.account.UPN) {
			if v.match = "upn"; f.namesake {
				v.match, v.suspect = "", "it has the delegate's name, which is another user's by now"
			}
		}
	case UserRole:
		if _, ours := f.users[fold(c.PrincipalID)]; ours {
			v.match = "upn"
		}
	default:
		recorded := f.recordedUser()
		switch {
		case recorded != "" && same(recorded, c.ID):
			v.match = "recorded-id"
		case recorded == "" && same(f.account.UPN, c.UserPrincipalName):
			v.match = "upn"
		case same(f.account.UPN, c.UserPrincipalName):
			v.suspect = "it has the delegate's name, and another id than was recorded"
		}
	}
}

// recordedUser is the id that was recorded for the delegate user, or "".
func (f *finder) recordedUser() string {
	for _, name := range []string{"user", f.account.UPN} {
		if id := f.account.Recorded[name]; id != "" {
			return id
		}
	}
	return ""
}

// judgeSubscription decides about a subscription of the account's app, which may serve more than one service.
func (f *finder) judgeSubscription(v *verdict, c candidate) {
	if !same(f.account.AppID, c.ApplicationID) {
		return
	}
	resource := fold(strings.TrimPrefix(c.Resource, "/"))
	if slices.ContainsFunc(f.Artifacts[v.entry].Resources, func(p string) bool { return strings.HasPrefix(resource, fold(p)) }) {
		v.match = "app-id"
		return
	}
	v.suspect = "the product's app subscribed to " + c.Resource + ", which is not of this service"
}

// judgeRoleGroup decides about a role group: the published name alone is short and could be anybody's.
func (f *finder) judgeRoleGroup(v *verdict, c candidate) {
	e := f.Artifacts[v.entry]
	if !slices.ContainsFunc(e.Names, func(name string) bool { return same(name, c.Name) }) {
		return
	}
	foreign := slices.IndexFunc(c.Roles, func(role string) bool {
		return !slices.ContainsFunc(e.Grants, func(known string) bool { return same(known, role) })
	})
	if len(c.Roles) == 0 || foreign >= 0 {
		v.suspect = "it has the published name, but not the roles that the product gives: " + strings.Join(c.Roles, ", ")
		return
	}
	v.match = "name"
}
