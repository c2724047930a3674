package footprint_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestDefaultDescribesTheInlineService(t *testing.T) {
	t.Parallel()
	s := inline(t)
	if s.Title != "Exchange Online (Inline Mode)" || s.ID() != deprovision.ExchangeOnlineInline || time.Duration(s.Drain) != 24*time.Hour {
		t.Errorf("%q %q drains for %s", s.Title, s.ID(), s.Drain)
	}
	want := []string{"remove-rerouting-rules", "remove-outbound-connectors", "remove-virtual-groups", "drain", "remove-return-rules", "remove-inbound-connectors",
		"remove-spoof-allow", "remove-ip-allow", "remove-role-assignment", "remove-consent", "remove-service-principal"}
	if !slices.Equal(s.Steps, want) {
		t.Errorf("steps %v", s.Steps)
	}
	if text := s.Stops["manual"]; strings.Contains(text, "{") || !strings.Contains(text, s.Title) || !strings.Contains(text, s.Product().Help) {
		t.Errorf("the manual stop says %q", text)
	}
	for _, service := range deprovision.Services() {
		if _, ok := s.Product().Service(service); !ok {
			t.Errorf("nobody described %s", service)
		}
	}
	if len(s.Kinds()) != 13 {
		t.Errorf("kinds %v", s.Kinds())
	}
}

// spoil loads the reference footprint with one text replaced.
func spoil(t *testing.T, old, now string) error {
	t.Helper()
	body, err := os.ReadFile("trend-micro-cas.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(body), old) == 0 {
		t.Fatalf("the footprint does not hold %q", old)
	}
	_, err = footprint.Load("spoiled.yaml", []byte(strings.Replace(string(body), old, now, 1)))
	return err
}

func TestMistakesAreNamedByTheirPath(t *testing.T) {
	t.Parallel()
	const service = "services.exchange-online-inline"
	for name, tc := range map[string]struct {
		old, now string
		field    string
	}{
		"no product":                    {"product: trend-micro-cas", "product: ''", "product"},
		"a console without https":       {"console: https://", "console: http://", "console"},
		"a bad address":                 {"104.42.189.70", "104.42.189.700", "sites.us.inbound[1]"},
		"an IPv6 address":               {"104.42.189.70", "'2001:db8::1'", "sites.us.inbound[1]"},
		"a range that no list takes":    {"20.245.215.64/28", "20.245.0.0/16", "sites.us.inbound[0]"},
		"an address twice":              {"20.66.85.0/28", "104.42.189.70", "sites.us.outbound[0]"},
		"no infrastructure":             {"infrastructure: inpost-eu.tmcas.trendmicro.com", "infrastructure: ''", "sites.eu.infrastructure"},
		"an include that is no host":    {"spf-repost-eu.tmcas.trendmicro.com", "'-'", "sites.eu.spf[1]"},
		"a prefix that fits everything": {"prefixes: [TMCAS]", "prefixes: [T]", "suspects.prefixes[0]"},
		"a host pattern of stars":       {`"*.tmcas.trendmicro.*"`, `"*.*"`, "suspects.hosts[0]"},
		"a broken host pattern":         {`"*.tmcas.trendmicro.*"`, `"[tmcas"`, "suspects.hosts[0]"},
		"an unknown service":            {"exchange-online-inline:", "exchange-inline:", "services.exchange-inline"},
		"no title":                      {"title: Exchange Online (Inline Mode)", "title: ' '", service + ".title"},
		"a drain of months":             {"drain: 24h", "drain: 2400h", service + ".drain"},
		"a step that removes nothing":   {"steps: [remove-rerouting-rules", "steps: [remove-everything, remove-rerouting-rules", service + ".steps[0]"},
		"a step twice":                  {"drain, remove-return-rules", "drain, remove-outbound-connectors, remove-return-rules", service + ".steps[4]"},
		"a step of no name":             {"drain, remove-return-rules", "drain, 'a b', remove-return-rules", service + ".steps[4]"},
		"an entry of an unlisted step":  {"step: remove-outbound-connectors", "step: remove-connectors", service + ".artifacts[1].step"},
		"an entry in the drain":         {"step: remove-outbound-connectors", "step: drain", service + ".artifacts[1].step"},
		"an unknown kind":               {"kind: outbound-connector\n", "kind: connector\n", service + ".artifacts[1].kind"},
		"a name twice":                  {"- TMCAS Inline Incoming User Transport Rule", "- tmcas inline incoming domain transport rule", service + ".artifacts[0].names[1]"},
		"a name of another entry":       {"- TMCAS Inline Incoming Skip Spam Filter Transport Rule", "- TMCAS Inline Incoming User Transport Rule", service + ".artifacts[6].names[0]"},
		"a name with space around it":   {"- TMCAS Inline Incoming User Transport Rule", "- 'TMCAS Inline '", service + ".artifacts[0].names[1]"},
		"names of what has none":        {"{kind: ip-allow-entry, step", "{kind: ip-allow-entry, names: [x], step", service + ".artifacts[9].names[0]"},
		"no names":                      {"{kind: security-group, step: remove-virtual-groups, names: *groups}", "{kind: security-group, step: remove-virtual-groups}", service + ".artifacts[3].names"},
		"no spoofed user":               {`spoofedUser: "*"`, `spoofedUser: ""`, service + ".artifacts[8].spoofedUser"},
		"a role that is no GUID":        {"29232cdf-9323-42fd-ade2-1d097af3e4de: Exchange", "exchange: Exchange", service + ".artifacts[10].roles"},
		"roles of a grant":              {"{kind: permission-grant,", "{kind: permission-grant, roles: {29232cdf-9323-42fd-ade2-1d097af3e4de: x},", service + ".artifacts[11].roles"},
		"no instructions for a kind":    {`  transport-rule: "Exchange`, `  product-account: "Exchange`, service + ".artifacts[0].kind"},
		"instructions for no kind":      {`  transport-rule: "Exchange`, `  rule: "Exchange`, "instructions.rule"},
		"a placeholder of nothing":      {"-Identity {id}", "-Identity {guid}", "instructions.transport-rule"},
		"no limit for a kind":           {"  outbound-connector: 6\n", "", service + ".artifacts[1].kind"},
		"a limit of nothing":            {"  outbound-connector: 6", "  outbound-connector: -1", "limits.outbound-connector"},
		"a caution twice":               {"code: quarantine-lost", "code: mail-unscanned", service + ".cautions[1].code"},
		"a caution without text":        {"text: Mail is no longer scanned by the product from the moment the rerouting rules are gone.", "text: ''", service + ".cautions[0].text"},
		"a remainder of a placeholder":  {"name: SPF includes {spf}", "name: SPF includes {site}", service + ".remainder[0].name"},
		"a stop without text":           {"confirm: Nothing has been changed. Look at the plan and confirm it by its digest.", "confirm: ''", service + ".stops.confirm"},
		"a right of nothing":            {"cmdlet: Get-TransportRule}", "cmdlet: ''}", service + ".rights[0]"},
		"a right of both":               {"cmdlet: Get-TransportRule}", "cmdlet: Get-TransportRule, permissions: [Group.Read.All]}", service + ".rights[0]"},
		"a right twice":                 {"{call: Remove-TransportRule,", "{call: Get-TransportRule,", service + ".rights[1].call"},
		"a right of an unused kind":     {"kind: distribution-group}\n      - {call: Remove-Dynamic", "kind: product-account}\n      - {call: Remove-Dynamic", service + ".rights[13].kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := spoil(t, tc.old, tc.now)
			if err == nil || !strings.Contains(err.Error(), "footprint spoiled.yaml: ") {
				t.Fatalf("%v", err)
			}
			if !slices.ContainsFunc(invalids(err), func(i *deprovision.Invalid) bool { return i.Field == tc.field && i.Allowed != "" }) {
				t.Errorf("no word about %s: %v", tc.field, err)
			}
		})
	}
}

// invalids lists what an error says is not allowed.
func invalids(err error) []*deprovision.Invalid {
	var out []*deprovision.Invalid
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			out = append(out, invalids(e)...)
		}
		return out
	}
	if one, ok := errors.AsType[*deprovision.Invalid](err); ok {
		out = append(out, one)
	}
	return out
}

func TestWhatIsNoFootprintIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, says string }{
		"nothing":          {"", "services"},
		"an unknown key":   {"product: p\ncolour: blue\n", `unknown field "colour"`},
		"a key twice":      {"product: p\nproduct: q\n", `"product" already defined`},
		"no YAML":          {"\t{", "spoiled.yaml"},
		"an empty service": {"services: {exchange-online-inline: }", "services.exchange-online-inline.title"},
		"a wrong type":     {"limits: {transport-rule: many}", "spoiled.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := footprint.Load("spoiled.yaml", []byte(tc.body))
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v", err)
			}
		})
	}
}
