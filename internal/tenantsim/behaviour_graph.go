package tenantsim

import "time"

// GraphBehaviour is what differs between tenants and times in the services
// behind Graph. The zero value is a quiet tenant of the global cloud.
type GraphBehaviour struct {
	// RoleWrites and RoleFor let a user whose directory role was taken away
	// count as its holder for so many more writes and so long, as roles have to
	// replicate: https://learn.microsoft.com/graph/api/user-delete
	RoleWrites int           `yaml:"roleWrites" json:"roleWrites,omitempty"`
	RoleFor    time.Duration `yaml:"roleFor" json:"roleFor,omitempty"`
	// MailboxConcurrency is how many calls of one app to one mailbox may be
	// under way at the same time; 0 is no limit. Outlook has 4:
	// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
	MailboxConcurrency int `yaml:"mailboxConcurrency" json:"mailboxConcurrency,omitempty"`
	// RecoverableDelete makes a deleted mail folder go where no listing shows
	// it. The default is below Deleted Items, under another id; the page on
	// deleting a folder does not say which.
	RecoverableDelete bool `yaml:"recoverableDelete" json:"recoverableDelete,omitempty"`
	// UncountedHidden leaves hidden folders out of childFolderCount. The page
	// on mail folders does not say whether they count.
	UncountedHidden bool `yaml:"uncountedHidden" json:"uncountedHidden,omitempty"`
	// NationalCloud takes away what only the global cloud has: the permanent
	// deletion of mail folders.
	NationalCloud bool `yaml:"nationalCloud" json:"nationalCloud,omitempty"`
}

// masteredOnPremises is what the simulator says of a synchronised user. Entra
// answers 400 too; the text is ours.
const masteredOnPremises = "The user is synchronised from an on-premises directory and can be changed there only."

// roleTaken starts the lag of a role that was taken away.
func (t *tenant) roleTaken(principalID string, now time.Time) {
	b := t.behaviour.Load().Graph
	if l := newLag(b.RoleWrites, b.RoleFor, now); l != nil {
		t.roleLags.Store(principalID, l)
	}
}

// stillPrivileged reports whether a principal counts as the holder of a role
// that is gone already, and uses up one write.
func (t *tenant) stillPrivileged(principalID string, now time.Time) bool {
	l, ok := t.roleLags.Load(principalID)
	return ok && l.(*lag).active(now)
}

// userID finds the object id behind a user principal name; anything else
// stays as it is.
func (t *tenant) userID(key string) string {
	if id, ok := t.upns[fold(key)]; ok {
		return id
	}
	return key
}

// userDefaults asks for what Graph gives of a user when $select is missing:
// neither accountEnabled nor userType is among it, see
// https://learn.microsoft.com/graph/api/user-list
func (r *request) userDefaults() {
	if !r.query.Has("$select") {
		r.fields = []string{"id", "userPrincipalName", "displayName", "mail"}
	}
}
