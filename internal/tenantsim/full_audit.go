package tenantsim

import (
	"fmt"
	"slices"
	"strings"
)

// Audit compares a tenant with what a removal of all services of [FullTenant]
// should have done to it, or of [HostileTenant].
type Audit struct {
	Gone     int      // objects of the product that went, or lost what made them the product's
	Kept     int      // objects of others that are as they were
	Left     []string // of the product, and still there
	Touched  []string // of others, and changed or gone
	Repeated []string // removed by more than one call, or called about in vain
}

// Clean reports whether the product is gone, nothing else was touched, and
// every destructive call was made once.
func (a Audit) Clean() bool { return len(a.Left)+len(a.Touched)+len(a.Repeated) == 0 }

// AuditFull looks at the tenant of a [FullTenant] or a [HostileTenant] and at
// its call log.
func (s *Sim) AuditFull(tenantID string) (Audit, error) {
	t, ok := s.tenant(tenantID)
	if !ok {
		return Audit{}, fmt.Errorf("there is no tenant %q", tenantID)
	}
	var a Audit
	locked := t.receiversOf(LockedSite)
	for _, k := range allKinds {
		a.compare(t, k, locked)
	}
	count := map[string]int{}
	for _, c := range s.Destructive() {
		if c.Tenant != t.id {
			continue
		}
		for _, id := range c.Removed {
			if _, was := t.original(id); was { // an administrator stands there with a login, once for each site
				count[id]++
			}
		}
		if c.Fault == "" && c.Effect == EffectAbsent {
			a.Repeated = append(a.Repeated, c.Method+" "+c.Path+" found nothing")
		}
	}
	for id, n := range count {
		if n > 1 {
			a.Repeated = append(a.Repeated, fmt.Sprintf("%s was removed %d times", id, n))
		}
	}
	slices.Sort(a.Repeated)
	return a, nil
}

// original finds an object of the fixture by its id.
func (t *tenant) original(id string) (*object, bool) {
	for _, k := range allKinds {
		for _, o := range t.origin[k] {
			if o.id == id {
				return o, true
			}
		}
	}
	return nil, false
}

func (a *Audit) compare(t *tenant, k Kind, locked []string) {
	for _, was := range t.origin[k] {
		is, there := t.of(k).get(was.id)
		product := t.ofProduct(was) && !slices.Contains(locked, was.id)
		name := fmt.Sprintf("%s %s (%s)", k, was.name, was.id)
		switch {
		case product && there && !t.stripped(was, is):
			a.Left = append(a.Left, name)
		case product:
			a.Gone++
		case !there || is != was:
			a.Touched = append(a.Touched, name)
		default:
			a.Kept++
		}
	}
}

// stripped reports whether an object that stays lost what was the product's.
func (t *tenant) stripped(was, is *object) bool {
	switch was.kind {
	case KindConnectionFilterPolicy:
		own := func(ip string) bool { return slices.Contains(USInboundIPs, ip) || slices.Contains(USOutboundIPs, ip) }
		left := slices.DeleteFunc(slices.Clone(was.strings("IPAllowList")), own)
		return slices.Equal(left, is.strings("IPAllowList")) && slices.Equal(was.strings("IPBlockList"), is.strings("IPBlockList"))
	case KindProductAccount:
		return is.str("state") != accountActive
	case KindSiteUser:
		return !is.bool("IsSiteAdmin")
	}
	return false
}

var productNames = map[Kind][]string{
	KindTransportRule:     {RuleIncomingDomain, RuleIncomingUser, RuleOutgoingDomain, RuleOutgoingUser, RuleSkipSpam, RuleMoveToJunk},
	KindOutboundConnector: {OutboundForIncoming, OutboundForOutgoing},
	KindInboundConnector:  {InboundForIncoming, InboundForOutgoing},
	KindRoleGroup:         {"delegation_service"},
}

var productApps = []string{ProductAppID, MailProductAppID, SharePointProductAppID, OneDriveProductAppID, TeamsProductAppID, ChatProductAppID, LegacyAppID}

// ofProduct tells what of [FullTenant] belongs to the product.
func (t *tenant) ofProduct(o *object) bool {
	switch o.kind {
	case KindTransportRule, KindOutboundConnector, KindInboundConnector, KindRoleGroup:
		return slices.Contains(productNames[o.kind], o.name)
	case KindManagementRoleAssignment:
		return o.str("RoleAssigneeName") == "delegation_service"
	case KindGroup:
		unified, _ := o.props["groupTypes"].([]string)
		return slices.Contains(unified, "Unified") && (o.name == GroupIncoming || o.name == GroupOutgoing)
	case KindSpoofItem:
		return o.str("SpoofedUser") == "*" && o.str("SendingInfrastructure") == SpoofInfrastructure
	case KindConnectionFilterPolicy, KindProductAccount:
		return true
	case KindServicePrincipal, KindApplication, KindAppPrincipal:
		return slices.Contains(productApps, strings.ToLower(o.str("appId")))
	case KindAppRoleAssignment, KindRoleAssignment:
		return t.isProducts(o.str("principalId"))
	case KindPermissionGrant:
		return t.isProducts(o.str("clientId"))
	case KindUser:
		return o.id == DelegateID
	}
	return t.ofProductInPlaces(o)
}

// isProducts tells by id whether a principal is of the product.
func (t *tenant) isProducts(id string) bool {
	return id == DelegateID || slices.ContainsFunc(t.origin[KindServicePrincipal], func(o *object) bool {
		return o.id == id && slices.Contains(productApps, o.str("appId"))
	})
}

// ofProductInPlaces is ofProduct for what lies in mailboxes, sites and teams.
func (t *tenant) ofProductInPlaces(o *object) bool {
	switch o.kind {
	case KindMailFolder:
		return (o.name == QuarantineFolder || o.name == HostileFolder) && o.bool("isHidden")
	case KindEventReceiver:
		return o.str("ReceiverUrl") == ReceiverURL
	case KindWebhook:
		return strings.Contains(o.str("notificationUrl"), ReceiverHost)
	case KindList:
		return (o.name == QuarantineLibrary || o.name == HostileLibrary) && o.bool("Hidden")
	case KindSiteUser:
		return o.str("LoginName") == DelegateLogin || o.str("LoginName") == hostileLogin
	case KindSubscription:
		return o.str("applicationId") == ChatProductAppID
	case KindInstallation:
		return o.name == CatalogAppName || o.name == HostileCatalogApp
	}
	return false
}

// receiversOf lists the receivers below a site collection.
func (t *tenant) receiversOf(site string) []string {
	var ids []string
	for _, w := range t.sp.webs {
		if w.site.url == site {
			ids = append(ids, t.sp.children[branch{parent: w.id, kind: KindEventReceiver}]...)
		}
	}
	return ids
}
