package cloud

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The names of the clouds, as the worker's configuration writes them.
const (
	Global    = "global"     // worldwide, with GCC
	USGov     = "usgov"      // US Government L4, GCC High
	USGovHigh = "usgov-high" // US Government L5, DoD
	China     = "china"      // operated by 21Vianet
	Custom    = "custom"     // addresses of one's own
)

// Names lists the clouds that [Named] knows; [Custom] is made by [New].
func Names() []string { return []string{Global, USGov, USGovHigh, China} }

// Cloud is where one tenant's APIs are: base addresses without a slash at the end.
type Cloud struct {
	Login    string // the token endpoint's authority
	Graph    string // without the version
	Exchange string

	GraphScope    string // what to ask the token endpoint for
	ExchangeScope string

	SharePointDomain string // what the names of SharePoint's hosts end in, e.g. "sharepoint.com"; empty for [Custom]
}

// App Ids of the APIs themselves, by which a token can be asked for whatever their address; see
// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
const (
	graphApp      = "00000003-0000-0000-c000-000000000000"
	exchangeApp   = "00000002-0000-0ff1-ce00-000000000000"
	sharePointApp = "00000003-0000-0ff1-ce00-000000000000"
	everything    = "/.default" // all permissions that the app was granted
)

// The addresses are those of https://learn.microsoft.com/graph/deployments, for Exchange of
// https://learn.microsoft.com/exchange/reference/admin-api-get-started and for SharePoint of
// https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-endpoints
var known = map[string]Cloud{
	Global:    of("https://login.microsoftonline.com", "https://graph.microsoft.com", "https://outlook.office365.com", "sharepoint.com"),
	USGov:     of("https://login.microsoftonline.us", "https://graph.microsoft.us", "https://outlook.office365.us", "sharepoint.us"),
	USGovHigh: of("https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://outlook-dod.office365.us", "sharepoint-mil.us"),
	China:     of("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "https://outlook.office365.cn", "sharepoint.cn"),
}

func of(login, graph, exchange, sharePoint string) Cloud {
	return Cloud{
		Login: login, Graph: graph, Exchange: exchange, GraphScope: graph + everything, ExchangeScope: exchange + everything, SharePointDomain: sharePoint,
	}
}

// SharePointScope is what to ask the token endpoint for, for one of SharePoint's hosts: each has tokens of its own.
func (c Cloud) SharePointScope(service string) string {
	if c.SharePointDomain == "" {
		return sharePointApp + everything
	}
	return strings.TrimSuffix(service, "/") + everything
}

// Named returns a cloud by its name; "" is [Global]. It fails with a [deprovision.Invalid] that lists the names.
func Named(name string) (Cloud, error) {
	if name == "" {
		name = Global
	}
	c, ok := known[name]
	if !ok {
		return Cloud{}, &deprovision.Invalid{Field: "cloud", Value: name, Allowed: "one of " + strings.Join(append(Names(), Custom), ", ")}
	}
	return c, nil
}

// New returns a cloud of one's own. The addresses are https, or http on loopback; else it fails with a [deprovision.Invalid].
func New(login, graph, exchange string) (Cloud, error) {
	for field, address := range map[string]*string{"endpoints.login": &login, "endpoints.graph": &graph, "endpoints.exchange": &exchange} {
		u, err := transport.ParseService(field, *address)
		if err != nil {
			return Cloud{}, err
		}
		*address = strings.TrimSuffix(u.String(), "/")
	}
	return Cloud{Login: login, Graph: graph, Exchange: exchange, GraphScope: graphApp + everything, ExchangeScope: exchangeApp + everything}, nil
}
