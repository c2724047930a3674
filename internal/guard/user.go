package guard

import "strings"

// User tells of a user what decides whether it may go.
type User struct {
	Type         string // userType: Member or Guest
	Synchronised bool   // mastered in a directory on the customer's premises
}

// foreignUser refuses users that the tenant does not own: the next synchronisation would make them again, and a guest is somebody else's.
func (c Candidate) foreignUser() error {
	switch {
	case c.User == nil:
		return nil
	case c.User.Synchronised:
		return c.refuse(Synchronised, "it is synchronised from a directory on premises, and has to be removed there")
	case !strings.EqualFold(c.User.Type, "Member"):
		return c.refuse(ForeignUser, "it is no member of the tenant: its type is %q", c.User.Type)
	}
	return nil
}

// microsoftHosts are domains of Microsoft 365 itself: what calls one of them is part of the service.
// https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges
var microsoftHosts = []string{
	"microsoft.com", "microsoft.us", "microsoftonline.com", "microsoftonline.us", "office.com", "office.net", "office365.com", "office365.us",
	"outlook.com", "sharepoint.com", "sharepoint.us", "sharepoint.cn", "sharepointonline.com", "svc.ms", "onmicrosoft.com", "live.com", "skype.com",
	"windows.net", "powerapps.com", "powerplatform.com", "dynamics.com", "azure-apim.net", "logic.azure.com",
}

// foreignHost refuses what calls Microsoft, or nobody knows whom.
func (c Candidate) foreignHost() error {
	if c.Host == nil {
		return nil
	}
	host := strings.ToLower(*c.Host)
	if host == "" {
		return c.refuse(Unreadable, "the address that it calls can't be read")
	}
	for _, own := range microsoftHosts {
		if host == own || strings.HasSuffix(host, "."+own) {
			return c.refuse(MicrosoftApp, "it calls %s, which is Microsoft's", host)
		}
	}
	return nil
}
