package step

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// atOnce is how many sites, or installations, are asked about at the same time: SharePoint counts what an app does in a minute, and answers a crowd
// with a pause. https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
const atOnce = 4

// siteWalk looks into every site collection of the service, its webs and their lists.
var siteWalk = walk{
	name: "sites", size: 20, few: 1,
	serves: (*job).walksSites,
	places: sitesOf,
	visit: func(ctx context.Context, j *job, chunk []place) ([]visit, error) {
		visits := make([]visit, len(chunk))
		atTheSameTime(len(chunk), func(i int) { visits[i] = j.visitSite(ctx, chunk[i]) })
		return visits, nil
	},
}

func (j *job) walksSites() bool {
	return j.removes(footprint.EventReceiver) || j.removes(footprint.QuarantineLibrary)
}

// sitesOf lists the sites that the service is about: personal ones, those of teams, or all others. Those of teams are with SharePoint Online only
// where no other account of the product serves them.
func sitesOf(ctx context.Context, j *job) ([]place, error) {
	service := j.service.ID()
	if service == deprovision.Teams {
		return addresses(j.tenant.Sites.TeamSites(ctx))
	}
	all, err := j.tenant.Sites.Sites(ctx)
	if err != nil {
		return nil, err
	}
	var own []m365.Object
	for _, o := range all {
		var of struct {
			Personal bool `json:"isPersonalSite"`
		}
		if err := json.Unmarshal(o.Raw, &of); err != nil {
			return nil, unreadable("GET /sites/getAllSites", err)
		}
		if of.Personal == (service == deprovision.OneDrive) {
			own = append(own, o)
		}
	}
	if service == deprovision.OneDrive {
		return addresses(own, nil)
	}
	served, err := j.served(ctx, deprovision.Teams)
	if err != nil || !served {
		return places(own), err
	}
	teams, err := addresses(j.tenant.Sites.TeamSites(ctx))
	return slices.DeleteFunc(places(own), func(p place) bool { return slices.Contains(teams, p) }), err
}

// served reports whether another active account of the same product serves the service.
func (j *job) served(ctx context.Context, service deprovision.Service) (bool, error) {
	accounts, err := j.deps.Accounts.Of(ctx, j.account.Tenant)
	return slices.ContainsFunc(accounts, func(a deprovision.Account) bool {
		return a.ID != j.account.ID && a.Service == service && a.State == deprovision.AccountActive &&
			deprovision.ProductOf(a.Product) == deprovision.ProductOf(j.account.Product)
	}), err
}

// addresses takes sites by their addresses, which SharePoint knows them by.
func addresses(sites []m365.Object, err error) ([]place, error) { return places(sites), err }

func places(sites []m365.Object) []place {
	out := make([]place, len(sites))
	for i, s := range sites {
		address := strings.TrimSuffix(s.Name, "/")
		out[i] = place{id: address, name: address}
	}
	return out
}
