package step

import (
	"context"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// spoofPair is an entry of the tenant's list of allowed spoofed senders.
type spoofPair struct{}

func (spoofPair) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return rows(ctx, j.tenant, footprint.SpoofAllowPair, "Get-TenantAllowBlockListSpoofItems", params{"Action": "Allow"})
}

func (k spoofPair) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	all, err := k.list(ctx, j)
	if err != nil {
		return reading{err: err}
	}
	return among(all, a)
}

func (spoofPair) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	return j.tenant.Exchange.Do(ctx, "Remove-TenantAllowBlockListSpoofItems", params{"Identity": "Default", "Ids": []string{a.ID}, "Confirm": false})
}

// allowEntry is one entry of an IP allow list. The list is the customer's: nothing but that one entry goes.
type allowEntry struct{}

func (allowEntry) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	return rows(ctx, j.tenant, footprint.IPAllowEntry, "Get-HostedConnectionFilterPolicy", params{})
}

func (k allowEntry) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	all, err := k.list(ctx, j)
	if err != nil {
		return reading{err: err}
	}
	return among(all, a)
}

// remove takes the entry out by a hashtable, so that nobody else's change to the list is lost.
// https://learn.microsoft.com/powershell/module/exchangepowershell/set-hostedconnectionfilterpolicy
func (allowEntry) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	policy, entry, _ := strings.Cut(a.ID, "/")
	return j.tenant.Exchange.Do(ctx, "Set-HostedConnectionFilterPolicy", params{"Identity": policy, "Confirm": false,
		"IPAllowList": params{"@odata.type": "#Exchange.GenericHashTable", "Remove": []string{entry}}})
}

// rows lists what a cmdlet without an identity returns.
func rows(ctx context.Context, t m365.Tenant, name deprovision.ArtifactKind, cmdlet string, p params) ([]footprint.Object, error) {
	answer, err := t.Exchange.Get(ctx, cmdlet, p)
	if err != nil {
		return nil, err
	}
	return parse(name, cmdlet, answer...)
}
