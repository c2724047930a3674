package tenantsim

// spRoute is one operation of SharePoint's REST API.
type spRoute struct {
	roles       []string // any one of these application permissions
	cost        int      // resource units
	admin       bool     // on the admin site, and only there
	destructive bool     // beside DELETE
	handle      func(*request) reply
}

// Resource units by what a call does, see
// https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
const (
	spReadOne  = 1
	spReadMany = 2
	spChange   = 2
	spRights   = 5
)

var (
	spReaders = []string{"Sites.Read.All", "Sites.FullControl.All"}
	spOwners  = []string{"Sites.FullControl.All"}
)

// spRoute finds the operation for the method and the path. An unknown one still
// costs what a read costs.
func (r *request) spRoute() (spRoute, bool) {
	row, ok := r.sim.spRoutes[r.method+" "+r.sp.shape]
	return row, ok
}

func sharePointRoutes() map[string]spRoute {
	table := map[string]spRoute{
		"GET site":                     {roles: spReaders, cost: spReadOne, handle: (*request).getSiteCollection},
		"GET web":                      {roles: spReaders, cost: spReadOne, handle: (*request).getWeb},
		"GET web/webs":                 {roles: spReaders, cost: spReadMany, handle: (*request).listWebs},
		"GET web/lists":                {roles: spReaders, cost: spReadMany, handle: (*request).listLists},
		"GET web/recyclebin":           {roles: spReaders, cost: spReadMany, handle: (*request).listRecycled},
		"GET site/recyclebin":          {roles: spReaders, cost: spReadMany, handle: (*request).listRecycled},
		"GET web/siteusers":            {roles: spOwners, cost: spRights, handle: (*request).listSiteUsers},
		"GET web/siteusers()":          {roles: spOwners, cost: spRights, handle: (*request).getSiteUser},
		"MERGE web/siteusers()":        {roles: spOwners, cost: spRights, destructive: true, handle: (*request).mergeSiteUser},
		"GET web/eventreceivers":       {roles: spReaders, cost: spReadMany, handle: (*request).listReceivers},
		"GET web/eventreceivers()":     {roles: spReaders, cost: spReadOne, handle: (*request).getReceiver},
		"DELETE web/eventreceivers()":  {roles: spOwners, cost: spChange, handle: (*request).deleteReceiver},
		"GET site/eventreceivers":      {roles: spReaders, cost: spReadMany, handle: (*request).listReceivers},
		"GET site/eventreceivers()":    {roles: spReaders, cost: spReadOne, handle: (*request).getReceiver},
		"DELETE site/eventreceivers()": {roles: spOwners, cost: spChange, handle: (*request).deleteReceiver},
	}
	for _, list := range []string{"web/lists()", "web/lists(title)"} {
		table["GET "+list] = spRoute{roles: spReaders, cost: spReadOne, handle: (*request).getList}
		table["DELETE "+list] = spRoute{roles: spOwners, cost: spChange, handle: (*request).deleteList}
		table["POST "+list+"/recycle"] = spRoute{roles: spOwners, cost: spChange, destructive: true, handle: (*request).recycleList}
		table["GET "+list+"/eventreceivers"] = spRoute{roles: spReaders, cost: spReadMany, handle: (*request).listReceivers}
		table["GET "+list+"/eventreceivers()"] = spRoute{roles: spReaders, cost: spReadOne, handle: (*request).getReceiver}
		table["DELETE "+list+"/eventreceivers()"] = spRoute{roles: spOwners, cost: spChange, handle: (*request).deleteReceiver}
		table["GET "+list+"/subscriptions"] = spRoute{roles: spReaders, cost: spReadMany, handle: (*request).listWebhooks}
		table["GET "+list+"/subscriptions()"] = spRoute{roles: spReaders, cost: spReadOne, handle: (*request).getWebhook}
		table["DELETE "+list+"/subscriptions()"] = spRoute{roles: spReaders, cost: spChange, handle: (*request).deleteWebhook}
	}
	for path, row := range adminRoutes() {
		row.admin = true
		table[path] = row
	}
	return table
}

// adminRoutes are served on the admin site; the add-in operations are those of
// https://learn.microsoft.com/sharepoint/dev/apis/addin-management-apis
func adminRoutes() map[string]spRoute {
	sites := spRoute{roles: spReaders, cost: spReadOne, handle: (*request).getTenantSite}
	return map[string]spRoute{
		"GET spo.tenant/sites()":                                        sites,
		"POST spo.tenant/sites()":                                       sites,
		"POST spo.tenant/getsiteadministrators":                         {roles: spOwners, cost: spRights, handle: (*request).getSiteAdministrators},
		"POST spointernaluseonly.tenant/setsitesecondaryadministrators": {roles: spOwners, cost: spRights, destructive: true, handle: (*request).setSecondaryAdministrators},
		"POST web/getacsserviceprincipals":                              {roles: spReaders, cost: spReadMany, handle: (*request).getACSPrincipals},
		"POST web/getaddinprincipalshavingpermissionsinsites":           {roles: spReaders, cost: spRights, handle: (*request).getAddInPrincipals},
		"POST web/availableaddins":                                      {roles: spReaders, cost: spReadMany, handle: (*request).availableAddIns},
		"POST web/uninstalladdins":                                      {roles: spOwners, cost: spChange, destructive: true, handle: (*request).uninstallAddIns},
		"POST web/getaddinuninstalljobdetail":                           {roles: spReaders, cost: spReadOne, handle: (*request).getUninstallJob},
	}
}
