package batch

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	siteFields = "$select=id,displayName,name,webUrl,isPersonalSite,createdDateTime"
	// teams are the groups that Teams was added to; see https://learn.microsoft.com/graph/teams-list-all-teams
	teams = "/groups?$filter=resourceProvisioningOptions/Any(x:x%20eq%20'Team')&$select=id,displayName,createdDateTime&$top=999"
)

// Sites lists the site collections of the tenant, by id. One without an address is refused with the whole listing: nobody could look into
// it. https://learn.microsoft.com/graph/api/site-getallsites
func (c *Client) Sites(ctx context.Context) ([]m365.Object, error) {
	const name = "GET /sites/getAllSites"
	sites, err := c.all(ctx, name, "/sites/getAllSites?"+siteFields+"&$top=999", func(r row) (string, bool) { return r.WebURL, true })
	if err == nil && slices.ContainsFunc(sites, func(s m365.Object) bool { return s.Name == "" }) {
		return nil, transport.Malformed(API, &transport.Call{Name: name}, "a site without an address")
	}
	return sites, err
}

// Teams lists the teams of the tenant by id, each by its group. https://learn.microsoft.com/graph/teams-list-all-teams
func (c *Client) Teams(ctx context.Context) ([]m365.Object, error) {
	return c.all(ctx, "GET /groups", teams, displayName)
}

// TeamSites lists the site collections of the teams, by id. A team without a site, or that went meanwhile, has none.
// https://learn.microsoft.com/graph/api/site-get
func (c *Client) TeamSites(ctx context.Context) ([]m365.Object, error) {
	const name = "GET /groups/{id}/sites/root"
	groups, err := c.Teams(ctx)
	if err != nil {
		return nil, err
	}
	var out []m365.Object
	for some := range slices.Chunk(groups, m365.MostTargets) {
		var items []item
		for _, g := range some {
			if err := checkID(&transport.Call{Name: name}, g.ID); err != nil {
				return nil, err
			}
			items = append(items, read("/groups/"+escape(g.ID)+"/sites/root?"+siteFields, nil))
		}
		results, err := c.run(ctx, name, false, items)
		if err != nil {
			return nil, err
		}
		for i, r := range results {
			if deprovision.ClassOf(r.err) == deprovision.Gone {
				continue
			}
			site, err := teamSite(r, some[i].ID)
			if err != nil {
				return nil, transport.Failed(err, API, &transport.Call{Name: name})
			}
			out = append(out, site)
		}
	}
	return sorted(out), nil
}

// teamSite reads the site of a group, and notes the group in it.
func teamSite(r result, group string) (m365.Object, error) {
	if r.err != nil {
		return m365.Object{}, r.err
	}
	site, err := readRow(r.body)
	if err != nil {
		return m365.Object{}, err
	}
	if site.WebURL == "" {
		return m365.Object{}, errors.New("a site without an address")
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &whole); err != nil {
		return m365.Object{}, err
	}
	if whole["groupId"], err = json.Marshal(group); err != nil {
		return m365.Object{}, err
	}
	if site.raw, err = json.Marshal(whole); err != nil {
		return m365.Object{}, err
	}
	return site.object(site.WebURL), nil
}
