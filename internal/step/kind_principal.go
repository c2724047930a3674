package step

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// appPrincipal is a principal of Azure ACS, which SharePoint knows by an App Id of its own. One for the whole tenant is the shadow of a service
// principal with that App Id in Entra, and goes with it; for one of single sites there is no call.
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/add-ins-and-azure-acs-retirements-faq
type appPrincipal struct{}

func (k appPrincipal) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	id := j.account.SharePointAppID
	if id == "" || j.tenant.SharePoint == nil {
		return nil, nil
	}
	objects, _, err := k.of(ctx, j, id)
	return objects, err
}

// of lists the principal with an App Id. absent is how the directory says that it has no service principal of it.
func (appPrincipal) of(ctx context.Context, j *job, id string) (out []footprint.Object, absent error, err error) {
	found, err := j.tenant.SharePoint.AppPrincipals(ctx, []string{id})
	if err != nil {
		return nil, nil, err
	}
	entra, absent := j.tenant.Directory.ServicePrincipalByAppID(ctx, id)
	if absent != nil && !gone(absent) {
		return nil, nil, absent
	}
	if len(found) == 0 && absent == nil { // SharePoint no longer shows it; its service principal is there
		found = []m365.Object{{ID: id, Name: entra.Name, Raw: json.RawMessage(`{}`)}}
	}
	for _, o := range found {
		more := map[string]any{"appId": id, "title": o.Name}
		if absent == nil { // by which guards judge it, and by which it goes
			more["principalObjectId"], more["appOwnerOrganizationId"], more["servicePrincipalType"] = entra.ID, entra.OwnerOrgID, entra.Type
		}
		objects, err := placed(footprint.AppPrincipal, "GetACSServicePrincipals", o, more)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, objects...)
	}
	return out, absent, nil
}

// read asks for the App Id of the plan: the account's record may name another one by now.
func (k appPrincipal) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	if j.tenant.SharePoint == nil {
		return reading{err: failure(j.name, errors.New("the worker's configuration does not say where SharePoint is"))}
	}
	objects, absent, err := k.of(ctx, j, a.ID)
	if err != nil {
		return reading{err: err}
	}
	r := among(objects, a)
	if !r.there {
		r.refusal = absent
	}
	return r
}

func (appPrincipal) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	var before struct{ PrincipalObjectID string }
	if err := decode(a, &before); err != nil || before.PrincipalObjectID == "" {
		return m365.Receipt{}, unplanned(a, "a service principal")
	}
	return j.tenant.Directory.DeleteServicePrincipal(ctx, before.PrincipalObjectID)
}

// decode reads what a plan kept of an artifact.
func decode(a deprovision.Artifact, into any) error {
	if err := json.Unmarshal(a.Before, into); err != nil {
		return unplanned(a, "what it was")
	}
	return nil
}
