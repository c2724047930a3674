package tenantsim

// Mail is what mailboxes hold beside their default folders, which every
// mailbox has. Which users have a mailbox, exchange.mailboxes says.
type Mail struct {
	Folders []MailFolder `yaml:"folders"`
	Denied  []MailDenial `yaml:"denied"`
}

// MailFolder is a folder of one mailbox.
type MailFolder struct {
	ID          string `yaml:"id"`      // "" is derived; looks like Exchange's own
	Mailbox     string `yaml:"mailbox"` // user principal name or object id of its user
	DisplayName string `yaml:"displayName"`
	// Parent is the id or well-known name of the folder above, or the display
	// name of one that stands before this one in the list; "" is the root.
	Parent string `yaml:"parent"`
	Hidden bool   `yaml:"hidden"`
	Search bool   `yaml:"search"` // a mailSearchFolder
	Items  int    `yaml:"items"`
}

// MailDenial keeps an app out of a mailbox, as an application access policy
// does: https://learn.microsoft.com/exchange/permissions-exo/application-access-policies
type MailDenial struct {
	App     string `yaml:"app"` // App Id; "" is every app
	Mailbox string `yaml:"mailbox"`
}

// NoMail is a user's Mail who has no address.
const NoMail = "none"

func (u *User) mail() any {
	switch u.Mail {
	case "":
		return u.UserPrincipalName
	case NoMail:
		return nil
	}
	return u.Mail
}

func (u *User) userType() string {
	if u.Guest {
		return "Guest"
	}
	return "Member"
}

// synced is true or, as Entra has it for users of the cloud, null.
func (u *User) synced() any {
	if u.OnPremises {
		return true
	}
	return nil
}
