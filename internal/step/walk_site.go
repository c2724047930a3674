package step

import (
	"context"
	"encoding/json"
	"fmt"
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
		atTheSameTime(len(chunk), func(i int) { visits[i] = j.visitSite(ctx, chunk[i].id) })
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
		out[i] = place{address, address}
	}
	return out
}

// visitSite reads what the footprint may have on a site collection.
func (j *job) visitSite(ctx context.Context, site string) visit {
	s := siteVisit{job: j, site: site}
	if j.account.Kind == deprovision.Delegate && j.removes(footprint.SiteAdmin) {
		s.keep(footprint.SiteAdmin, "GET siteusers", map[string]any{"inWeb": site, "Id": nil})(j.tenant.SharePoint.Admins(ctx, site))
	}
	s.receivers(ctx, site, m365.OnSite, "")
	s.web(ctx, site, 0)
	return visit{objects: s.objects, err: s.err}
}

// siteVisit is one site's visit under way. What fails ends it; a web or a list that was deleted meanwhile took along only what lay in it.
type siteVisit struct {
	*job
	site    string
	objects []footprint.Object
	err     error
}

// deepest is how deep webs may lie within each other.
const deepest = 20

func (s *siteVisit) web(ctx context.Context, web string, depth int) {
	s.receivers(ctx, web, m365.OnWeb, "")
	s.lists(ctx, web)
	if s.err != nil {
		return
	}
	below, err := s.tenant.SharePoint.Webs(ctx, web)
	if s.err = err; depth == deepest && len(below) > 0 {
		s.err = unreadable("GET webs", fmt.Errorf("webs lie more than %d deep within each other", deepest))
		return
	}
	for _, w := range below {
		s.web(ctx, strings.TrimSuffix(w.Name, "/"), depth+1)
		s.passGone()
	}
}

func (s *siteVisit) lists(ctx context.Context, web string) {
	if s.err != nil {
		return
	}
	lists, err := s.tenant.SharePoint.Lists(ctx, web)
	s.keep(footprint.QuarantineLibrary, "GET lists", map[string]any{"inWeb": web})(lists, err)
	for _, l := range lists {
		s.receivers(ctx, web, l.ID, l.Name)
		if s.err == nil && s.removes(footprint.ListWebhook) {
			s.keep(footprint.ListWebhook, "GET subscriptions", map[string]any{"inWeb": web, "inList": l.ID, "inTitle": l.Name, "clientState": nil})(
				s.tenant.SharePoint.Webhooks(ctx, web, l.ID))
		}
		s.passGone()
	}
}

// passGone goes on behind something that is there no more.
func (s *siteVisit) passGone() {
	if gone(s.err) {
		s.err = nil
	}
}

func (s *siteVisit) receivers(ctx context.Context, web, scope, title string) {
	if s.err != nil {
		return
	}
	s.keep(footprint.EventReceiver, "GET eventreceivers", map[string]any{"inWeb": web, "inScope": scope, "inTitle": title})(
		s.tenant.SharePoint.Receivers(ctx, web, scope))
}

// keep returns what takes in an answer.
func (s *siteVisit) keep(kind deprovision.ArtifactKind, call string, more map[string]any) func([]m365.Object, error) {
	return func(objects []m365.Object, err error) {
		if s.err = err; err != nil {
			return
		}
		for _, o := range objects {
			made, err := placed(kind, call, o, more)
			if err != nil {
				s.err = err
				return
			}
			s.objects = append(s.objects, made...)
		}
	}
}
