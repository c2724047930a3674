package footprint_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestParseIdentifiesEveryKind(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind           deprovision.ArtifactKind
		raw            string
		id, name, date string
	}{
		"rule":             {footprint.TransportRule, `{"Guid":"g","Name":"n","Id":"n","Identity":"n","WhenCreated":"2024-03-05T09:30:00Z"}`, "g", "n", "2024-03-05"},
		"connector":        {footprint.InboundConnector, `{"Guid":"g","Name":"n","WhenCreated":"2024-03-05T23:30:00-02:00"}`, "g", "n", "2024-03-06"},
		"group of Graph":   {footprint.Microsoft365Group, `{"id":"g","displayName":"n","createdDateTime":"2024-03-05T09:30:00Z"}`, "g", "n", "2024-03-05"},
		"group, Exchange":  {footprint.Microsoft365Group, `{"Guid":"x","Id":"n","DisplayName":"n","ExternalDirectoryObjectId":"g","WhenCreated":"2024-03-05T09:30:00Z"}`, "g", "n", "2024-03-05"},
		"distribution":     {footprint.DistributionGroup, `{"Guid":"g","Name":"n","DisplayName":"d","ExternalDirectoryObjectId":"e"}`, "g", "n", ""},
		"pair":             {footprint.SpoofAllowPair, `{"Identity":"g","SpoofedUser":"*","SendingInfrastructure":"x.example"}`, "g", "*, x.example", ""},
		"role":             {footprint.RoleAssignment, `{"id":"g","roleDefinitionId":"r","principalId":"p"}`, "g", "r", ""},
		"consent":          {footprint.PermissionGrant, `{"id":"g","scope":"User.Read"}`, "g", "User.Read", ""},
		"app role":         {footprint.AppRoleAssignment, `{"id":"g","resourceDisplayName":"Microsoft Graph"}`, "g", "Microsoft Graph", ""},
		"app":              {footprint.ServicePrincipal, `{"id":"g","displayName":"n","appId":"a"}`, "g", "n", ""},
		"one entry as one": {footprint.IPAllowEntry, `{"Guid":"p","Name":"Default","IPAllowList":"192.0.2.1"}`, "p/192.0.2.1", "192.0.2.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := footprint.Parse(tc.kind, json.RawMessage(tc.raw))
			if err != nil || len(objects) != 1 {
				t.Fatalf("%v %v", objects, err)
			}
			o := objects[0]
			if o.Kind != tc.kind || o.ID != tc.id || o.Name != tc.name {
				t.Errorf("%+v", o)
			}
			if date := o.Created; (date == nil) != (tc.date == "") || date != nil && date.UTC().Format("2006-01-02") != tc.date {
				t.Errorf("created %v", date)
			}
		})
	}
}

func TestParseMakesAnObjectOfEveryAllowEntry(t *testing.T) {
	t.Parallel()
	objects, err := footprint.Parse(footprint.IPAllowEntry, json.RawMessage(`{"Guid":"p","Name":"Default","IPAllowList":["192.0.2.1","192.0.2.16/28"]}`))
	if err != nil || len(objects) != 2 || string(objects[1].Raw) != `{"IPAllowList":"192.0.2.16/28","Policy":"Default","PolicyGuid":"p"}` {
		t.Errorf("%s %v", objects, err)
	}
	if none, err := footprint.Parse(footprint.IPAllowEntry, json.RawMessage(`{"Guid":"p","IPAllowList":[]}`)); len(none) > 0 || err != nil {
		t.Errorf("%v %v", none, err)
	}
}

func TestParseRefusesWhatItCannotIdentify(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind deprovision.ArtifactKind
		raw  string
		says string
	}{
		"no JSON":             {footprint.TransportRule, `{`, "transport-rule"},
		"null":                {footprint.TransportRule, `null`, "it has no id"},
		"no Guid":             {footprint.TransportRule, `{"Name":"n","Id":"n"}`, "it has no id"},
		"a date of no zone":   {footprint.TransportRule, `{"Guid":"g","WhenCreated":"2024-03-05T09:30:00"}`, "transport-rule"},
		"a list of numbers":   {footprint.OutboundConnector, `{"Guid":"g","SmartHosts":[1]}`, "a list of texts"},
		"a policy of no Guid": {footprint.IPAllowEntry, `{"IPAllowList":["192.0.2.1"]}`, "a policy without a Guid"},
		"no policy":           {footprint.IPAllowEntry, `[]`, "ip-allow-entry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := footprint.Parse(tc.kind, json.RawMessage(tc.raw))
			if err == nil || len(objects) > 0 || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v %v", objects, err)
			}
		})
	}
	var invalid *deprovision.Invalid
	if _, err := footprint.Parse(footprint.ProductAccount, json.RawMessage(`{}`)); !errors.As(err, &invalid) || invalid.Field != "kind" {
		t.Errorf("%v", err)
	}
}

func TestGroupOfExchangeWithoutItsDirectoryIDHasNone(t *testing.T) {
	t.Parallel()
	row := json.RawMessage(`{"Guid":"6d1f1a52-0c3b-4d7e-9a52-3b8f6e10c0aa","Id":"TMCASGroup_1a2b3c","Identity":"TMCASGroup_1a2b3c",` +
		`"Name":"TMCASGroup_1a2b3c","DisplayName":"TMCAS group","ExternalDirectoryObjectId":""}`)
	if objects, err := footprint.Parse(footprint.Microsoft365Group, row); err == nil {
		t.Errorf("a name is taken for the id of a group in the directory: %+v", objects)
	}
}
