package footprint_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const id = "11111111-2222-4333-8444-555555555555"

func object(kind deprovision.ArtifactKind, name, raw string) footprint.Object {
	return footprint.Object{Kind: kind, ID: id, Name: name, Raw: json.RawMessage(raw)}
}

const (
	rule      = footprint.TransportRule
	principal = `{"appId":"` + tenantsim.ProductAppID + `","appOwnerOrganizationId":"3e04753a-ae5b-42d4-a86d-d6f05460f9e4"}`
)

// others are objects beside the one that a test is about: a rule of the product that uses a group and a connector, and that connector.
func others() []footprint.Object {
	return []footprint.Object{
		{Kind: rule, ID: "r", Name: tenantsim.RuleIncomingUser,
			Raw: json.RawMessage(`{"SentToMemberOf":["Incoming@contoso.example"],"RouteMessageOutboundConnector":"c"}`)},
		{Kind: footprint.OutboundConnector, ID: "c", Name: tenantsim.OutboundForIncoming, Raw: json.RawMessage(`{}`)},
		{Kind: footprint.ServicePrincipal, ID: "p", Name: tenantsim.ProductName, Raw: json.RawMessage(principal)},
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	recorded := func(name, id string) func(*footprint.Search) {
		return func(s *footprint.Search) { s.Account.Recorded = map[string]string{name: id} }
	}
	for name, tc := range map[string]struct {
		object footprint.Object
		change func(*footprint.Search)
		match  string // "": nothing of it; "left: …" for what a guard keeps
		step   string
	}{
		"a published name":               {object(rule, tenantsim.RuleSkipSpam, `{}`), nil, "name", "remove-return-rules"},
		"in another case":                {object(rule, strings.ToUpper(tenantsim.RuleSkipSpam), `{}`), nil, "name", ""},
		"with a look-alike letter":       {object(rule, strings.Replace(tenantsim.RuleMoveToJunk, "Junk", "Jun\u212a", 1), `{}`), nil, "suspect: its name begins with TMCAS", ""},
		"with a space more":              {object(rule, tenantsim.RuleSkipSpam+" ", `{}`), nil, "suspect: its name begins with TMCAS", ""},
		"a published name of another":    {object(footprint.InboundConnector, tenantsim.RuleSkipSpam, `{}`), nil, "suspect: its name begins with TMCAS", ""},
		"a localised name":               {object(rule, "TMCAS受信保護", `{}`), nil, "suspect: its name begins with TMCAS", "remove-return-rules"},
		"a suspect that reroutes":        {object(rule, "tmcas x", `{"RouteMessageOutboundConnector":"other"}`), nil, "suspect: its name begins with TMCAS", "remove-rerouting-rules"},
		"a name that holds the prefix":   {object(rule, "no TMCAS", `{}`), nil, "", ""},
		"a rule to the connector":        {object(rule, "IT", `{"RouteMessageOutboundConnector":"`+tenantsim.OutboundForIncoming+`"}`), nil, "suspect: it routes mail to the product's", "remove-rerouting-rules"},
		"a rule of the addresses":        {object(rule, "IT", `{"SenderIpRanges":["x","20.245.215.70"]}`), nil, "suspect: it names 20.245.215.70", "remove-return-rules"},
		"a rule of other addresses":      {object(rule, "IT", `{"SenderIpRanges":["20.245.215.80"]}`), nil, "", ""},
		"a rule that excepts them":       {object(rule, "IT", `{"ExceptIfSenderIpRanges":["20.245.215.70"]}`), nil, "", ""},
		"a recorded id":                  {object(rule, "renamed", `{}`), recorded("a rule", strings.ToUpper(id)), "recorded-id", "remove-return-rules"},
		"a recorded name and id":         {object(rule, "renamed", `{}`), recorded(tenantsim.RuleOutgoingUser, id), "recorded-id", "remove-rerouting-rules"},
		"another recorded id":            {object(rule, "renamed", `{}`), recorded("a rule", "x"), "", ""},
		"younger than the request":       {object(rule, tenantsim.RuleSkipSpam, `{"WhenCreated":"2026-11-24T08:00:01Z"}`), nil, "left: it was created at 2026-11-24T08:00:01Z", ""},
		"a young suspect":                {object(rule, "TMCAS new", `{"WhenCreated":"2026-11-24T08:00:01Z"}`), func(s *footprint.Search) { s.Approved = []string{"TMCAS new"} }, "left: it was created", ""},
		"a date that can't be read":      {object(rule, tenantsim.RuleSkipSpam, `{"WhenCreated":"yesterday"}`), nil, "left: its creation time can't be read", ""},
		"JSON that can't be read":        {object(rule, tenantsim.RuleSkipSpam, `{`), nil, "left: it can't be read", ""},
		"a property that can't be read":  {object(rule, "IT", `{"RouteMessageOutboundConnector":7}`), nil, "left: it can't be read", ""},
		"no id":                          {footprint.Object{Kind: rule, Name: tenantsim.RuleSkipSpam, Raw: json.RawMessage(`{}`)}, nil, "left: it has no id", ""},
		"a kind of no entry":             {object(footprint.ProductAccount, "TMCAS", `{}`), nil, "", ""},
		"a smart host":                   {object(footprint.OutboundConnector, "IT", `{"SmartHosts":["a.example","x.TMCAS.trendmicro.com."]}`), nil, "suspect: it sends to x.TMCAS", ""},
		"a smart host alone":             {object(footprint.OutboundConnector, "IT", `{"SmartHosts":"x.tmcas.trendmicro.co.jp"}`), nil, "suspect: it sends to x.tmcas", ""},
		"another smart host":             {object(footprint.OutboundConnector, "IT", `{"SmartHosts":["mail.trendmicro.com"]}`), nil, "", ""},
		"a connector of the addresses":   {object(footprint.InboundConnector, "IT", `{"SenderIPAddresses":["104.42.0.0/16"]}`), nil, "suspect: it names 104.42.0.0/16, which holds an address of the product's site us", ""},
		"a group that a rule uses":       {object(footprint.DistributionGroup, tenantsim.GroupIncoming, `{"PrimarySmtpAddress":"incoming@contoso.example"}`), nil, "name", "remove-virtual-groups"},
		"a group that no rule uses":      {object(footprint.SecurityGroup, tenantsim.GroupIncoming, `{}`), nil, "suspect: a published name, but no rule", ""},
		"a group of another name":        {object(footprint.SecurityGroup, "Staff", `{"mail":"incoming@contoso.example"}`), nil, "", ""},
		"a recorded group":               {object(footprint.SecurityGroup, "Staff", `{}`), recorded("group", id), "recorded-id", ""},
		"the spoof pair":                 {object(footprint.SpoofAllowPair, "p", `{"SpoofedUser":"*","SendingInfrastructure":"INPOST.tmcas.trendmicro.com","Action":"Allow"}`), nil, "name", ""},
		"a pair for one user":            {object(footprint.SpoofAllowPair, "p", `{"SpoofedUser":"a@b","SendingInfrastructure":"inpost.tmcas.trendmicro.com","Action":"Allow"}`), nil, "suspect: it lets a@b be sent", ""},
		"a pair of another site":         {object(footprint.SpoofAllowPair, "p", `{"SpoofedUser":"*","SendingInfrastructure":"inpost-eu.tmcas.trendmicro.com","Action":"Allow"}`), nil, "suspect: it lets *", ""},
		"a pair that blocks":             {object(footprint.SpoofAllowPair, "p", `{"SpoofedUser":"*","SendingInfrastructure":"inpost.tmcas.trendmicro.com","Action":"Block"}`), nil, "", ""},
		"a pair of no action":            {object(footprint.SpoofAllowPair, "p", `{"SpoofedUser":"*","SendingInfrastructure":"inpost.tmcas.trendmicro.com"}`), nil, "", ""},
		"a known entry":                  {entry("104.42.189.70"), nil, "name", ""},
		"a known entry as a range":       {entry("104.42.189.70/32"), nil, "name", ""},
		"an entry of another site":       {entry("20.107.69.176"), nil, "suspect: an address of the product's site eu", ""},
		"an approved one of it":          {entry("20.107.69.176"), approve("20.107.69.176"), "approved: an address of the product's site eu", ""},
		"an entry inside":                {entry("20.245.215.65"), nil, "suspect: it overlaps the address 20.245.215.64/28 of the product's site us", ""},
		"an approved one inside":         {entry("20.245.215.65"), approve("20.245.215.65"), "left: it is not exactly an entry that the product adds", ""},
		"an entry around":                {entry("20.245.215.0/24"), nil, "suspect: it overlaps", ""},
		"a recorded entry of nobody's":   {entry("203.0.113.17"), recorded("entry", id), "left: it is not exactly an entry", ""},
		"a customer's entry":             {entry("203.0.113.17"), approve("203.0.113.17"), "", ""},
		"an entry that is no address":    {entry("x"), nil, "", ""},
		"the role":                       {object(footprint.RoleAssignment, "r", `{"principalId":"P","roleDefinitionId":"29232CDF-9323-42fd-ade2-1d097af3e4de"}`), nil, "app-id", ""},
		"another role":                   {object(footprint.RoleAssignment, "r", `{"principalId":"p","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10"}`), nil, "suspect: the product's app holds the role 62e90394", ""},
		"another's role":                 {object(footprint.RoleAssignment, "r", `{"principalId":"q","roleDefinitionId":"29232cdf-9323-42fd-ade2-1d097af3e4de"}`), nil, "", ""},
		"a consent":                      {object(footprint.PermissionGrant, "g", `{"clientId":"p"}`), nil, "app-id", ""},
		"a consent to the app's user":    {object(footprint.PermissionGrant, "g", `{"clientId":"q","principalId":"p"}`), nil, "", ""},
		"an app role":                    {object(footprint.AppRoleAssignment, "a", `{"principalId":"p"}`), nil, "app-id", ""},
		"an app of the same name":        {object(footprint.ServicePrincipal, tenantsim.ProductName, `{"appId":"`+tenantsim.ReaderAppID+`"}`), nil, "", ""},
		"an approved app of that name":   {object(footprint.ServicePrincipal, tenantsim.ProductName, `{"appId":"`+tenantsim.ReaderAppID+`"}`), approve(tenantsim.ProductName), "", ""},
		"a recorded app, another App Id": {object(footprint.ServicePrincipal, tenantsim.ProductName, `{"appId":"`+tenantsim.ReaderAppID+`"}`), recorded("service-principal", id), "", ""},
		"a recorded app, no App Id": {object(footprint.ServicePrincipal, "x", principal), func(s *footprint.Search) {
			s.Account.AppID, s.Account.Recorded = "", map[string]string{"service-principal": id}
		}, "recorded-id", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := search()
			if tc.change != nil {
				tc.change(&s)
			}
			match, step := matched(find(t, s, append(others(), tc.object)), tc.object)
			if tc.match == "" && match != "" || !strings.HasPrefix(match, tc.match) {
				t.Errorf("match %q, want %q", match, tc.match)
			}
			if tc.step != "" && step != tc.step {
				t.Errorf("goes with %s", step)
			}
		})
	}
}

func entry(text string) footprint.Object {
	return object(footprint.IPAllowEntry, text, `{"Policy":"Default","PolicyGuid":"g","IPAllowList":"`+text+`"}`)
}

func approve(name string) func(*footprint.Search) {
	return func(s *footprint.Search) { s.Approved = []string{name} }
}

// matched tells what became of an object.
func matched(plan deprovision.Plan, o footprint.Object) (match, step string) {
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		if a.Kind == o.Kind && a.ID == o.ID {
			return a.Match, a.Step
		}
	}
	for _, r := range plan.Remainder {
		if strings.HasPrefix(r.Name, string(o.Kind)+" "+o.Name+" (") {
			return "left: " + r.Instructions, ""
		}
	}
	for _, r := range plan.Manual {
		if o.Kind == footprint.AppPrincipal && strings.HasPrefix(r.Name, "app principal ") {
			return "by hand: " + r.Name, ""
		}
	}
	return "", ""
}

func TestObjectsOfAnAppOfMicrosoftStay(t *testing.T) {
	t.Parallel()
	objects := others()
	objects[2].Raw = json.RawMessage(strings.Replace(principal, "3e04753a-ae5b-42d4-a86d-d6f05460f9e4", "f8cdef31-a31e-4b4a-93e4-5f571e91255a", 1))
	plan := find(t, search(), append(objects, object(footprint.PermissionGrant, "g", `{"clientId":"p"}`)))
	if len(plan.Artifacts) != 2 || len(plan.Remainder) != 6 {
		t.Errorf("%v %v", names(plan.Artifacts), plan.Remainder)
	}
}

func TestTheDateOfTheReaderCountsToo(t *testing.T) {
	t.Parallel()
	late := asked.Add(time.Minute)
	o := object(rule, tenantsim.RuleSkipSpam, `{}`)
	o.Created = &late
	if match, _ := matched(find(t, search(), []footprint.Object{o}), o); !strings.HasPrefix(match, "left: it was created") {
		t.Error(match)
	}
}
