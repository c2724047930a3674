package step

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// spoofPair is an entry of the tenant's list of allowed spoofed senders.
type spoofPair struct{}

func (spoofPair) list(ctx context.Context, j *job) ([]m365.Object, error) {
	return spoofPairs(ctx, j.tenant)
}

func spoofPairs(ctx context.Context, t m365.Tenant) ([]m365.Object, error) {
	const cmdlet = "Get-TenantAllowBlockListSpoofItems"
	rows, err := t.Exchange.Get(ctx, cmdlet, params{"Action": "Allow"})
	if err != nil {
		return nil, err
	}
	var out []m365.Object
	for _, raw := range rows {
		var row struct{ Identity, SpoofedUser, SendingInfrastructure string }
		if err := json.Unmarshal(raw, &row); err != nil || row.Identity == "" {
			return nil, unreadable(cmdlet, "a row without an Identity", err)
		}
		out = append(out, m365.Object{ID: row.Identity, Name: row.SpoofedUser + ", " + row.SendingInfrastructure, Raw: raw})
	}
	return out, nil
}

func (spoofPair) read(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Object, bool, error) {
	all, err := spoofPairs(ctx, t)
	o, ok := byID(all, a.ID)
	return o, ok, err
}

func (spoofPair) remove(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Receipt, error) {
	return t.Exchange.Do(ctx, "Remove-TenantAllowBlockListSpoofItems", params{"Identity": "Default", "Ids": []string{a.ID}, "Confirm": false})
}

// allowEntry is one entry of an IP allow list. The list is the customer's: nothing but that one entry goes.
type allowEntry struct{}

func (allowEntry) list(ctx context.Context, j *job) ([]m365.Object, error) {
	return allowEntries(ctx, j.tenant)
}

func allowEntries(ctx context.Context, t m365.Tenant) ([]m365.Object, error) {
	const cmdlet = "Get-HostedConnectionFilterPolicy"
	rows, err := t.Exchange.Get(ctx, cmdlet, params{})
	if err != nil {
		return nil, err
	}
	var out []m365.Object
	for _, raw := range rows {
		var policy struct {
			Guid, Name  string
			IPAllowList []string
		}
		if err := json.Unmarshal(raw, &policy); err != nil || policy.Guid == "" {
			return nil, unreadable(cmdlet, "a policy without a Guid", err)
		}
		for _, entry := range policy.IPAllowList {
			before, err := json.Marshal(params{"Policy": policy.Name, "PolicyGuid": policy.Guid, "IPAllowList": entry})
			if err != nil {
				return nil, err
			}
			out = append(out, m365.Object{ID: policy.Guid + "/" + entry, Name: entry, Raw: before})
		}
	}
	return out, nil
}

func (allowEntry) read(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Object, bool, error) {
	all, err := allowEntries(ctx, t)
	o, ok := byID(all, a.ID)
	return o, ok, err
}

// remove takes the entry out by a hashtable, so that nobody else's change to the list is lost.
// https://learn.microsoft.com/powershell/module/exchangepowershell/set-hostedconnectionfilterpolicy
func (allowEntry) remove(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Receipt, error) {
	policy, entry, _ := strings.Cut(a.ID, "/")
	return t.Exchange.Do(ctx, "Set-HostedConnectionFilterPolicy", params{"Identity": policy, "Confirm": false,
		"IPAllowList": params{"@odata.type": "#Exchange.GenericHashTable", "Remove": []string{entry}}})
}
