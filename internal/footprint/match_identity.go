package footprint

// judgeIdentity decides about a service principal and what hangs on one. A display name never counts: several apps share the product's.
func (f *finder) judgeIdentity(v *verdict, c candidate) {
	switch c.Kind {
	case AppRegistration:
		if same(f.account.AppID, c.AppID) {
			v.match = "app-id"
		}
		return
	case AppPrincipal:
		if same(f.account.SharePointAppID, c.AppID) {
			v.match = "app-id"
		}
		return
	case ServicePrincipal:
		switch {
		case same(f.account.AppID, c.AppID):
			v.match = "app-id"
		case f.account.AppID == "" && f.recordedAs(c.ID) != "":
			v.match = "recorded-id"
		}
		return
	}
	if _, ours := f.holders[fold(c.holder())]; !ours {
		return
	}
	if c.Kind == RoleAssignment && f.Artifacts[v.entry].Roles[fold(c.RoleDefinitionID)] == "" {
		v.suspect = "the product's app holds the role " + c.RoleDefinitionID + ", which its set-up does not ask for; it goes when the app goes"
		return
	}
	v.match = "app-id"
}

// holder is the id of the service principal that an assignment or a grant belongs to. A grant calls it its client.
func (c candidate) holder() string {
	if c.Kind == PermissionGrant {
		return c.ClientID
	}
	return c.PrincipalID
}
