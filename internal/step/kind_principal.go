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
	return k.of(ctx, j, id)
}

// of lists the principal with an App Id.
func (appPrincipal) of(ctx context.Context, j *job, id string) ([]footprint.Object, error) {
	found, err := j.tenant.SharePoint.AppPrincipals(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	entra, err := j.tenant.Directory.ServicePrincipalByAppID(ctx, id)
	if err != nil && !gone(err) {
		return nil, err
	}
	if len(found) == 0 && err == nil { // SharePoint no longer shows it; its service principal is there
		found = []m365.Object{{ID: id, Name: entra.Name, Raw: json.RawMessage(`{}`)}}
	}
	var out []footprint.Object
	for _, o := range found {
		more := map[string]any{"appId": id, "title": o.Name}
		if err == nil { // by which guards judge it, and by which it goes
			more["principalObjectId"], more["appOwnerOrganizationId"], more["servicePrincipalType"] = entra.ID, entra.OwnerOrgID, entra.Type
		}
		objects, err := placed(footprint.AppPrincipal, "GetACSServicePrincipals", o, more)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	return out, nil
}

// read asks for the App Id of the plan: the account's record may name another one by now.
func (k appPrincipal) read(ctx context.Context, j *job, a deprovision.Artifact) (footprint.Object, bool, error) {
	if j.tenant.SharePoint == nil {
		return footprint.Object{}, false, failure(j.name, errors.New("the worker's configuration does not say where SharePoint is"))
	}
	objects, err := k.of(ctx, j, a.ID)
	o, ok := byID(objects, a.ID)
	return o, ok, err
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
