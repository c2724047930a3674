package step

import (
	"context"
	"encoding/json"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// sight is what a look at artifacts showed.
type sight struct {
	there  []deprovision.Artifact
	absent []deprovision.Reread
}

// written is how long a text is in JSON: six times as long, where it is all of characters that are escaped.
func written(text string) int {
	out, err := json.Marshal(text)
	if err != nil { // a text always marshals
		panic(err)
	}
	return len(out)
}

// look reads artifacts again, in their order.
func (j *job) look(ctx context.Context, artifacts []deprovision.Artifact) (sight, error) {
	var s sight
	for len(artifacts) > 0 {
		part := together(artifacts)
		artifacts = artifacts[len(part):]
		if j.blind && part[0].Kind == footprint.Subscription {
			if !j.proof { // else they were read while somebody could
				s.there = append(s.there, part...)
			}
			continue
		}
		readings, err := j.readAgain(ctx, part)
		if err != nil {
			return sight{}, err
		}
		for i, r := range readings {
			switch class := deprovision.ClassOf(r.err); {
			case r.err != nil && (manyKinds[part[i].Kind] == nil || class != deprovision.Forbidden && class != deprovision.Malformed):
				return sight{}, r.err
			case r.err != nil || r.there: // what nobody may read of thousands is still there, for all that is known
				s.there = append(s.there, part[i])
			default:
				s.absent = append(s.absent, j.absence(part[i], r.refusal))
			}
		}
	}
	return s, nil
}

// readAgain reads artifacts of one kind that are read together, or one.
func (j *job) readAgain(ctx context.Context, part []deprovision.Artifact) ([]reading, error) {
	if many := manyKinds[part[0].Kind]; many != nil {
		return many.read(ctx, j, part)
	}
	if part[0].Kind == footprint.Subscription {
		return subscription{}.readAll(ctx, j, part), nil
	}
	k, err := j.kindOf(part[0].Kind)
	if err != nil {
		return nil, err
	}
	return []reading{k.read(ctx, j, part[0])}, nil
}

// together are the first artifacts of one kind, as many as one call reads.
func together(artifacts []deprovision.Artifact) []deprovision.Artifact {
	most := 1
	switch kind := artifacts[0].Kind; {
	case kind == footprint.Subscription:
		most = len(artifacts)
	case manyKinds[kind] != nil:
		most = m365.MostTargets
	}
	n := 1
	for n < min(len(artifacts), most) && artifacts[n].Kind == artifacts[0].Kind {
		n++
	}
	return artifacts[:n]
}

// absence is the proof that an artifact was not there: ids only, for it is kept for years. Where the service itself said so, its answer has an id of
// its own; a listing without the artifact has none.
func (j *job) absence(a deprovision.Artifact, refusal error) deprovision.Reread {
	r := deprovision.Reread{Kind: a.Kind, ID: a.ID, At: j.now().UTC(), Call: looks[a.Kind]}
	if f, ok := failureIn(refusal); ok {
		r.Call, r.RequestID = f.Call, f.RequestID
	}
	return r
}

// looks are the calls by which artifacts are looked for again, by kind, as the adapters name them.
var looks = map[deprovision.ArtifactKind]string{
	footprint.TransportRule: "Get-TransportRule", footprint.OutboundConnector: "Get-OutboundConnector", footprint.InboundConnector: "Get-InboundConnector",
	footprint.JournalRule: "Get-JournalRule", footprint.RoleGroup: "Get-RoleGroup",
	footprint.DistributionGroup: "Get-DistributionGroup", footprint.DynamicGroup: "Get-DynamicDistributionGroup",
	footprint.SpoofAllowPair: "Get-TenantAllowBlockListSpoofItems", footprint.IPAllowEntry: "Get-HostedConnectionFilterPolicy",
	footprint.Microsoft365Group: "GET /groups/{id}", footprint.SecurityGroup: "GET /groups/{id}",
	footprint.RoleAssignment: "GET /roleManagement/directory/roleAssignments", footprint.UserRole: "GET /roleManagement/directory/roleAssignments",
	footprint.PermissionGrant:   "GET /servicePrincipals/{id}/oauth2PermissionGrants",
	footprint.AppRoleAssignment: "GET /servicePrincipals/{id}/appRoleAssignments",
	footprint.ServicePrincipal:  "GET /servicePrincipals(appId='{appId}')", footprint.AppPrincipal: "POST /_api/web/GetACSServicePrincipals",
	footprint.AppRegistration: "GET /applications(appId='{appId}')", footprint.UserSignIn: "GET /users/{id}", footprint.DelegateUser: "GET /users/{id}",
	footprint.Subscription: "GET /subscriptions", footprint.QuarantineFolder: "GET /users/{id}/mailFolders/{id}",
	footprint.EventReceiver: "GET /_api/eventreceivers", footprint.ListWebhook: "GET /_api/web/lists(guid'{id}')/subscriptions",
	footprint.SiteAdmin: "GET /_api/web/siteusers", footprint.QuarantineLibrary: "GET /_api/web/lists(guid'{id}')", footprint.InstalledApp: "GET installedApps",
}
