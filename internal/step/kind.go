package step

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// kind is how the artifacts of one kind are listed, read again and removed. Every method but list makes one call or a few reads.
type kind interface {
	// list reads all objects of the tenant that may be of the footprint.
	list(ctx context.Context, j *job) ([]footprint.Object, error)
	// read looks for the one object of an artifact again.
	read(ctx context.Context, j *job, a deprovision.Artifact) reading
	// remove makes the one call that removes it.
	remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error)
}

// kinds knows every kind that a step may remove.
var kinds = map[deprovision.ArtifactKind]kind{
	footprint.TransportRule:     cmdletKind{footprint.TransportRule, "Get-TransportRule", everything, "Remove-TransportRule", nil},
	footprint.OutboundConnector: cmdletKind{footprint.OutboundConnector, "Get-OutboundConnector", everyOutbound, "Remove-OutboundConnector", nil},
	footprint.InboundConnector:  cmdletKind{footprint.InboundConnector, "Get-InboundConnector", everything, "Remove-InboundConnector", nil},
	footprint.DistributionGroup: cmdletKind{footprint.DistributionGroup, "Get-DistributionGroup", everything, "Remove-DistributionGroup",
		params{"BypassSecurityGroupManagerCheck": true}}, // the worker manages no group
	footprint.DynamicGroup:      cmdletKind{footprint.DynamicGroup, "Get-DynamicDistributionGroup", everything, "Remove-DynamicDistributionGroup", nil},
	footprint.Microsoft365Group: directoryGroup{footprint.Microsoft365Group},
	footprint.SecurityGroup:     directoryGroup{footprint.SecurityGroup},
	footprint.SpoofAllowPair:    spoofPair{},
	footprint.IPAllowEntry:      allowEntry{},
	footprint.RoleAssignment:    roleAssignment{},
	footprint.PermissionGrant:   permissionGrant{},
	footprint.AppRoleAssignment: appRoleAssignment{},
	footprint.ServicePrincipal:  servicePrincipal{},
	footprint.RoleGroup: cmdletKind{footprint.RoleGroup, "Get-RoleGroup", everything, "Remove-RoleGroup",
		params{"BypassSecurityGroupManagerCheck": true}},
	footprint.JournalRule:     cmdletKind{footprint.JournalRule, "Get-JournalRule", []params{{}}, "Remove-JournalRule", nil},
	footprint.Subscription:    subscription{},
	footprint.AppPrincipal:    appPrincipal{},
	footprint.AppRegistration: appRegistration{},
	footprint.UserRole:        userRole{},
	footprint.UserSignIn:      delegateUser{footprint.UserSignIn},
	footprint.DelegateUser:    delegateUser{footprint.DelegateUser},
}

// kindOf finds a kind by its name.
func (j *job) kindOf(name deprovision.ArtifactKind) (kind, error) {
	k, ok := kinds[name]
	if !ok {
		return nil, failure(j.name, fmt.Errorf("no step knows artifacts of the kind %s", name))
	}
	return k, nil
}

// parse makes objects of what a tenant answered. What cannot be identified fails the call: nobody knows whether it is the product's.
func parse(name deprovision.ArtifactKind, call string, answer ...json.RawMessage) ([]footprint.Object, error) {
	var out []footprint.Object
	for _, raw := range answer {
		objects, err := footprint.Parse(name, raw)
		if err != nil {
			return nil, unreadable(call, err)
		}
		out = append(out, objects...)
	}
	return out, nil
}

// parseAll is parse for objects of the directory: the name is what the object itself says, whoever read it.
func parseAll(name deprovision.ArtifactKind, call string, objects []m365.Object) ([]footprint.Object, error) {
	raw := make([]json.RawMessage, len(objects))
	for i, o := range objects {
		raw[i] = o.Raw
	}
	return parse(name, call, raw...)
}

// unreadable says that an answer is not what it should be.
func unreadable(call string, err error) error {
	return &deprovision.Failure{Class: deprovision.Malformed, API: "step", Call: call, Err: fmt.Errorf("the answer cannot be read: %w", err)}
}

// reading is one artifact read again.
type reading struct {
	object  footprint.Object
	there   bool
	refusal error // by which the service said that it is not there; nil where a listing did not have it
	err     error // why it could not be read
}

// among is the reading of an artifact in a listing that answered.
func among(objects []footprint.Object, a deprovision.Artifact) reading {
	o, there := byID(objects, a.ID)
	return reading{object: o, there: there}
}

// unread is the reading that an error ended: the object is not there, or nobody knows.
func unread(err error) reading {
	if gone(err) {
		return reading{refusal: err}
	}
	return reading{err: err}
}

// gone reports whether an error says that the object is not there.
func gone(err error) bool { return err != nil && deprovision.ClassOf(err) == deprovision.Gone }

// byID picks the object with this id. A listing may hold everything that the tenant has, so nothing else is ever taken.
func byID(objects []footprint.Object, id string) (footprint.Object, bool) {
	for _, o := range objects {
		if strings.EqualFold(o.ID, id) {
			return o, true
		}
	}
	return footprint.Object{}, false
}
