package step

import (
	"context"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// kind is how the artifacts of one kind are listed, read again and removed. Every method but list makes one call or a few reads.
type kind interface {
	// list reads all objects of the tenant that may be of the footprint.
	list(ctx context.Context, j *job) ([]m365.Object, error)
	// read looks for the one object of an artifact again; ok is false when it is not there.
	read(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (o m365.Object, ok bool, err error)
	// remove makes the one call that removes it.
	remove(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Receipt, error)
}

// kinds knows every kind that a step may remove, in the order in which an inventory reads them.
var kinds = []struct {
	name deprovision.ArtifactKind
	kind
}{
	{footprint.TransportRule, cmdletKind{get: "Get-TransportRule", views: []params{unlimited}, cmdlet: "Remove-TransportRule"}},
	{footprint.OutboundConnector, cmdletKind{get: "Get-OutboundConnector", views: everyOutboundConnector, cmdlet: "Remove-OutboundConnector"}},
	{footprint.InboundConnector, cmdletKind{get: "Get-InboundConnector", views: []params{unlimited}, cmdlet: "Remove-InboundConnector"}},
	{footprint.Microsoft365Group, directoryGroup{unified: true}},
	{footprint.SecurityGroup, directoryGroup{}},
	{footprint.DistributionGroup, cmdletKind{get: "Get-DistributionGroup", views: []params{unlimited}, cmdlet: "Remove-DistributionGroup",
		extra: params{"BypassSecurityGroupManagerCheck": true}}}, // the worker manages no group
	{footprint.DynamicGroup, cmdletKind{get: "Get-DynamicDistributionGroup", views: []params{unlimited}, cmdlet: "Remove-DynamicDistributionGroup"}},
	{footprint.SpoofAllowPair, spoofPair{}},
	{footprint.IPAllowEntry, allowEntry{}},
	{footprint.RoleAssignment, roleAssignment{}},
	{footprint.PermissionGrant, permissionGrant{}},
	{footprint.AppRoleAssignment, appRoleAssignment{}},
	{footprint.ServicePrincipal, servicePrincipal{}},
}

// kindOf finds a kind by its name; nil when no step removes it.
func kindOf(name deprovision.ArtifactKind) kind {
	for _, k := range kinds {
		if k.name == name {
			return k.kind
		}
	}
	return nil
}

// gone reports whether an error says that the object is not there.
func gone(err error) bool { return err != nil && deprovision.ClassOf(err) == deprovision.Gone }

// byID picks the object with this id. A listing may hold everything that the tenant has, so nothing else is ever taken.
func byID(objects []m365.Object, id string) (m365.Object, bool) {
	for _, o := range objects {
		if strings.EqualFold(o.ID, id) {
			return o, true
		}
	}
	return m365.Object{}, false
}
