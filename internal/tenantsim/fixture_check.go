package tenantsim

import (
	"errors"
	"fmt"
	"strings"
)

// Validate checks what New would refuse. The error lists every fault with the
// field it is in.
func (f *Fixture) Validate() error {
	var c checker
	c.must(isGUID(f.Tenant.ID), "tenant.id", "must be a GUID, is %q", f.Tenant.ID)
	c.must(len(f.Tenant.Domains) > 0, "tenant.domains", "needs at least one domain")
	for i, sp := range f.ServicePrincipals {
		at := fmt.Sprintf("servicePrincipals[%d]", i)
		c.must(isGUID(sp.AppID), at+".appId", "must be a GUID, is %q", sp.AppID)
		c.must(sp.DisplayName != "", at+".displayName", "must be set")
		c.once(at+".appId", "app", sp.AppID)
		c.id(at, sp.ID)
		for j, cert := range sp.Certificates {
			_, err := parseCertificate(cert)
			c.must(err == nil, fmt.Sprintf("%s.certificates[%d]", at, j), "%v", err)
		}
	}
	for i, a := range f.Applications {
		c.must(isGUID(a.AppID), fmt.Sprintf("applications[%d].appId", i), "must be a GUID, is %q", a.AppID)
	}
	for i, u := range f.Users {
		at := fmt.Sprintf("users[%d]", i)
		c.must(strings.Contains(u.UserPrincipalName, "@"), at+".userPrincipalName", "must be name@domain, is %q", u.UserPrincipalName)
		c.once(at+".userPrincipalName", "user", u.UserPrincipalName)
		c.id(at, u.ID)
	}
	c.groups(f.Groups)
	c.exchange(&f.Exchange)
	c.services(f)
	c.sharePoint(f)
	for i, a := range f.Product.Accounts {
		c.must(a.Service != "", fmt.Sprintf("product.accounts[%d].service", i), "must be set")
	}
	return errors.Join(c.faults...)
}

// checker collects faults.
type checker struct {
	faults []error
	seen   map[string]bool
}

func (c *checker) must(ok bool, field, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Errorf("fixture: "+field+": "+format, args...))
	}
}

func (c *checker) once(field, kind, name string) {
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	key := kind + "\x00" + fold(name)
	c.must(!c.seen[key], field, "%q is there twice", name)
	c.seen[key] = true
}

func (c *checker) id(at, id string) {
	if id == "" {
		return
	}
	c.must(isGUID(id), at+".id", "must be a GUID, is %q", id)
	c.once(at+".id", "id", id)
}

func (c *checker) groups(groups []Group) {
	for i, g := range groups {
		at := fmt.Sprintf("groups[%d]", i)
		c.must(g.DisplayName != "", at+".displayName", "must be set")
		c.id(at, g.ID)
		c.must(!g.Team || g.Kind == GroupMicrosoft365, at+".team", "needs kind microsoft365")
		switch g.Kind {
		case GroupMicrosoft365, GroupSecurity, GroupDistribution, GroupMailEnabledSecurity:
		default:
			c.must(false, at+".kind", "must be microsoft365, security, distribution or mailEnabledSecurity, is %q", g.Kind)
		}
	}
}

func (c *checker) exchange(x *ExchangeOrg) {
	connectors := map[string]bool{}
	for i, o := range x.OutboundConnectors {
		c.named(fmt.Sprintf("exchange.outboundConnectors[%d]", i), "outbound", o.Name, o.ID)
		connectors[fold(o.Name)] = true
	}
	for i, o := range x.InboundConnectors {
		c.named(fmt.Sprintf("exchange.inboundConnectors[%d]", i), "inbound", o.Name, o.ID)
	}
	for i, o := range x.TransportRules {
		at := fmt.Sprintf("exchange.transportRules[%d]", i)
		c.named(at, "rule", o.Name, o.ID)
		c.must(o.OutboundConnector == "" || connectors[fold(o.OutboundConnector)], at+".outboundConnector", "there is no outbound connector %q", o.OutboundConnector)
	}
	for i, o := range x.JournalRules {
		at := fmt.Sprintf("exchange.journalRules[%d]", i)
		c.named(at, "journal", o.Name, o.ID)
		c.must(strings.Contains(o.JournalEmailAddress, "@"), at+".journalEmailAddress", "must be name@domain, is %q", o.JournalEmailAddress)
	}
	for i, o := range x.SpoofItems {
		at := fmt.Sprintf("exchange.spoofItems[%d]", i)
		c.must(o.SpoofedUser != "" && o.SendingInfrastructure != "", at, "needs spoofedUser and sendingInfrastructure")
		c.id(at, o.ID)
	}
	for i, o := range x.ConnectionFilters {
		for j, ip := range append(append([]string(nil), o.IPAllowList...), o.IPBlockList...) {
			c.must(validRange(ip), fmt.Sprintf("exchange.connectionFilters[%d]: address %d", i, j), "%q is no IPv4 address, small range or prefix /24 to /32", ip)
		}
	}
	for i, o := range x.Mailboxes {
		c.must(o.Address != "", fmt.Sprintf("exchange.mailboxes[%d].address", i), "must be set")
	}
}

func (c *checker) named(at, kind, name, id string) {
	c.must(name != "", at+".name", "must be set")
	c.once(at+".name", kind, name)
	c.id(at, id)
}
