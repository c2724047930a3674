package footprint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// cautionsOf are the cautions of a plan, by code.
func cautionsOf(t *testing.T, of deprovision.Service, change func(*footprint.Search), objects ...footprint.Object) map[string]string {
	t.Helper()
	s := search(func(s *footprint.Search) {
		s.Account.Service, s.Account.Names = of, recordedNames
		if change != nil {
			change(s)
		}
	})
	plan, err := service(t, of).Find(s, objects)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range plan.Cautions {
		if out[c.Code] = c.Text; strings.ContainsAny(c.Text, "{}") {
			t.Errorf("%s is not filled in: %s", c.Code, c.Text)
		}
	}
	return out
}

var automationAPIs = []string{"threat-investigation-stops", "threat-mitigation-stops", "threat-remediation-stops"}

func TestCautionsNameTheConsumersOfTheAPIs(t *testing.T) {
	t.Parallel()
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprintf("system %02d", i)
	}
	long := slices.Repeat([]string{strings.Repeat("x", 300)}, 50)
	for name, tc := range map[string]struct {
		consumers []string
		says      string
		most      int // bytes
	}{
		"none recorded": {nil, "Your own, by the account's record: none.", 400},
		"two":           {[]string{"mail triage robot", "SOC playbook 12"}, "Your own, by the account's record: mail triage robot, SOC playbook 12.", 450},
		"fifty":         {many, "system 09 and 40 more.", 550},
		"long ones":     {long, "x and 49 more.", 750},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := cautionsOf(t, deprovision.ExchangeOnline, func(s *footprint.Search) { s.Account.Consumers = tc.consumers })
			for _, code := range automationAPIs {
				if text := got[code]; !strings.Contains(text, tc.says) || !strings.Contains(text, "Known users: Cortex XSOAR and XSIAM") || len(text) > tc.most {
					t.Errorf("%s, %d bytes: %s", code, len(text), text)
				}
			}
		})
	}
}

func TestCautionCountsWhatLiesInTheQuarantine(t *testing.T) {
	t.Parallel()
	folder := func(id, more string) footprint.Object {
		o := object(footprint.QuarantineFolder, id, `{"displayName":"TMCAS Quarantine","isHidden":true`+more+`}`)
		o.ID = id
		return o
	}
	library := func(id, more string) footprint.Object {
		o := object(footprint.QuarantineLibrary, id, `{"Title":"Quarantined files","Hidden":true`+more+`}`)
		o.ID = id
		return o
	}
	for name, tc := range map[string]struct {
		of      deprovision.Service
		objects []footprint.Object
		change  func(*footprint.Search)
		says    string
	}{
		"folders": {deprovision.ExchangeOnline, []footprint.Object{folder("a", `,"totalItemCount":3`), folder("b", `,"totalItemCount":0,"childFolderCount":0`)}, nil,
			"afterwards: 3 items in 2 hidden folders."},
		"folders with others below": {deprovision.ExchangeOnline, []footprint.Object{folder("a", `,"totalItemCount":3,"childFolderCount":1`)}, nil,
			"at least 3 items in 1 hidden folder: what lies in folders below is not counted."},
		"one does not say": {deprovision.ExchangeOnline, []footprint.Object{folder("a", `,"totalItemCount":3`), folder("b", ``)}, nil,
			"at least 3 items in 2 hidden folders, 1 of which does not say how many it holds."},
		"none says":   {deprovision.ExchangeOnline, []footprint.Object{folder("a", `,"totalItemCount":null`)}, nil, "how many items is not known: 1 hidden folder does not say it."},
		"none found":  {deprovision.ExchangeOnline, nil, nil, "none of its hidden folders was found."},
		"no name":     {deprovision.ExchangeOnline, nil, func(s *footprint.Search) { s.Account.Names = nil }, "how many items is not known: the account's record does not name its hidden folders."},
		"a suspect":   {deprovision.ExchangeOnline, []footprint.Object{object(footprint.QuarantineFolder, "f", `{"displayName":"TMCAS old","totalItemCount":9}`)}, nil, "none of its hidden folders was found."},
		"SharePoint":  {deprovision.SharePointOnline, []footprint.Object{library("a", `,"ItemCount":12`), library("b", `,"ItemCount":30`)}, nil, "42 items in 2 hidden libraries."},
		"OneDrive":    {deprovision.OneDrive, []footprint.Object{library("a", `,"ItemCount":1`)}, nil, "1 item in 1 hidden library."},
		"Teams":       {deprovision.Teams, []footprint.Object{library("a", `,"ItemCount":1`)}, nil, "1 item in 1 hidden library."},
		"inline mode": {deprovision.ExchangeOnlineInline, nil, nil, "Mail in the product's quarantine can be neither restored"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if text := cautionsOf(t, tc.of, tc.change, tc.objects...)["quarantine-lost"]; !strings.Contains(text, tc.says) {
				t.Errorf("%s", text)
			}
		})
	}
}

func TestDelegateThatIsGlobalAdministratorIsFlagged(t *testing.T) {
	t.Parallel()
	const code = "delegate-is-global-administrator"
	delegate := func(s *footprint.Search) {
		s.Account.Kind, s.Account.UPN = deprovision.Delegate, "CAS-delegate@contoso.onmicrosoft.com"
	}
	user := footprint.Object{Kind: footprint.DelegateUser, ID: delegateID, Name: "d",
		Raw: []byte(`{"userPrincipalName":"CAS-delegate@contoso.onmicrosoft.com","userType":"Member"}`)}
	role := func(id string) footprint.Object {
		return footprint.Object{Kind: footprint.UserRole, ID: "ra", Name: id, Raw: []byte(`{"id":"ra","principalId":"` + delegateID + `","roleDefinitionId":"` + id + `"}`)}
	}
	for _, of := range []deprovision.Service{deprovision.ExchangeOnline, deprovision.SharePointOnline, deprovision.OneDrive} {
		if text := cautionsOf(t, of, delegate, user, role(tenantsim.GlobalAdministrator))[code]; !strings.Contains(text, "another Global Administrator") {
			t.Errorf("%s: %q", of, text)
		}
		if text, flagged := cautionsOf(t, of, delegate, user, role(tenantsim.ExchangeAdministrator))[code]; flagged {
			t.Errorf("%s: an Exchange Administrator is flagged: %s", of, text)
		}
	}
}
