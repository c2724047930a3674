package tenantsim

import (
	"strconv"
	"strings"
	"time"
)

// sharePoint makes the sites with all that lies below them. Objects have eight
// properties at most where there are thousands: a map of nine is twice as big.
func (b *builder) sharePoint() {
	sp := &b.f.SharePoint
	b.t.sp = &sharePoint{webs: map[string]*spWeb{}, children: map[branch][]string{}, jobs: map[string]*uninstallJob{}}
	b.sharePointNames()
	for i := range sp.Sites {
		b.siteCollection(&sp.Sites[i])
	}
	for i := range sp.AppPrincipals {
		b.appPrincipal(&sp.AppPrincipals[i])
	}
	for i := range sp.AddIns {
		a := &sp.AddIns[i]
		b.put(&object{kind: KindAddIn, id: b.id(a.ID, KindAddIn, a.AppID, a.Site), name: a.Title, props: map[string]any{
			"title": a.Title, "appId": fold(a.AppID), "site": strings.TrimRight(a.Site, "/")}})
	}
}

// sharePointNames finds the tenant's host names: from its sites, else from its
// initial domain.
func (b *builder) sharePointNames() {
	s := b.t.sp
	s.name, _, _ = strings.Cut(fold(b.t.domains[0]), ".")
	s.suffix = sharePointSuffixes[0]
	for i := range b.f.SharePoint.Sites {
		host, _ := siteAddress(b.f.SharePoint.Sites[i].URL)
		s.name, s.suffix = host.prefix(), host.suffix
	}
	s.labels = []string{s.name, s.name + "-my", s.name + "-admin"}
}

func (b *builder) siteCollection(f *SharePointSite) {
	address := strings.TrimRight(f.URL, "/")
	site := &spSite{id: b.id(f.ID, siteIDs, fold(address)), url: address, primary: f.PrimaryAdmin, locked: f.Locked}
	b.t.sp.sites = append(b.t.sp.sites, site)
	_, path, _ := webAddress(address)
	b.put(&object{kind: KindSiteCollection, id: site.id, name: address, props: map[string]any{
		"Id": site.id, "Url": address, "ServerRelativeUrl": relative(path), "ReadOnly": false, "WriteLocked": false}})
	b.receivers(site.id, f.Receivers)
	b.siteUsers(site, f)
	b.web(site, site.id, &f.Web, address)
}

// siteIDs is what the ids of sites and webs are derived with: Graph names the
// same ones.
const siteIDs Kind = "site"

func relative(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// siteUsers makes the users of a site; the administrators are users of it.
func (b *builder) siteUsers(site *spSite, f *SharePointSite) {
	seen := map[string]bool{}
	add := func(login string, admin bool) {
		if login == "" || seen[fold(login)] {
			return
		}
		seen[fold(login)] = true
		b.below(site.id, siteUser(site, login, admin, len(seen)+5))
	}
	add(f.PrimaryAdmin, true)
	for _, login := range f.Admins {
		add(login, true)
	}
	for _, login := range f.Members {
		add(login, false)
	}
}

// siteUser is a user of a site collection. PrincipalType is 1 for a user and 4
// for a group, see
// https://learn.microsoft.com/previous-versions/office/developer/sharepoint-2010/ee541430(v=office.14)
func siteUser(site *spSite, login string, admin bool, number int) *object {
	name, typed := login[strings.LastIndexByte(login, '|')+1:], 4
	if strings.Contains(login, "|membership|") {
		typed = 1
	}
	email := ""
	if strings.Contains(name, "@") {
		email = name
	}
	return &object{kind: KindSiteUser, id: site.id + "|" + fold(login), name: login, props: map[string]any{
		"Id": number, "LoginName": login, "Title": name, "Email": email, "PrincipalType": typed, "IsSiteAdmin": admin, "IsHiddenInUI": false}}
}

// below stores an object and notes whose child it is.
func (b *builder) below(parent string, o *object) {
	b.t.of(o.kind).add(o, nil)
	at := branch{parent: parent, kind: o.kind}
	b.t.sp.children[at] = append(b.t.sp.children[at], o.id)
}

func (b *builder) web(site *spSite, parent string, f *Web, address string) {
	host, path, _ := webAddress(address)
	w := &spWeb{id: b.id(f.ID, siteIDs, "web", fold(address)), url: address, site: site}
	title := f.Title
	if title == "" {
		title = address[strings.LastIndexByte(address, '/')+1:]
	}
	b.below(parent, &object{kind: KindWeb, id: w.id, name: address, props: map[string]any{
		"Id": w.id, "Title": title, "Url": address, "ServerRelativeUrl": relative(path), "WebTemplate": "STS", "Created": created(zeroTime)}})
	b.t.sp.webs[webKey(host.label, path)] = w
	b.receivers(w.id, f.Receivers)
	for i := range f.Lists {
		b.list(w, &f.Lists[i])
	}
	for i := range f.Webs {
		b.web(site, w.id, &f.Webs[i], strings.TrimRight(f.Webs[i].URL, "/"))
	}
}

func (b *builder) list(w *spWeb, f *List) {
	id := b.id(f.ID, KindList, w.id, f.Title)
	template, kind := f.Template, 0
	if template == 0 {
		template = 101
	}
	if template == 101 {
		kind = 1
	}
	b.below(w.id, &object{kind: KindList, id: id, name: f.Title, props: map[string]any{
		"Id": id, "Title": f.Title, "Hidden": f.Hidden, "BaseTemplate": template, "BaseType": kind,
		"AllowDeletion": f.AllowDeletion == nil || *f.AllowDeletion, "ItemCount": f.ItemCount, "Created": created(f.Created)}})
	b.receivers(id, f.Receivers)
	for i, h := range f.Webhooks {
		expires := h.Expires
		if expires.IsZero() {
			expires = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		hook := b.id(h.ID, KindWebhook, id, h.App, h.NotificationURL, strconv.Itoa(i))
		b.below(id, &object{kind: KindWebhook, id: hook, name: h.NotificationURL, props: map[string]any{
			"id": hook, "resource": id, "notificationUrl": h.NotificationURL, "expirationDateTime": wireTime(expires),
			"clientState": h.ClientState, creatorKey: fold(h.App)}})
	}
}

// creatorKey holds the App Id of who made a webhook; it never goes over the wire.
const creatorKey = "_creator"

func (b *builder) receivers(parent string, list []EventReceiver) {
	for i := range list {
		f := &list[i]
		id := b.id(f.ID, KindEventReceiver, parent, f.Name, f.URL, f.Class, strconv.Itoa(f.EventType), strconv.Itoa(i))
		b.below(parent, &object{kind: KindEventReceiver, id: id, name: f.Name, props: map[string]any{
			"ReceiverId": id, "ReceiverName": f.Name, "ReceiverUrl": f.URL, "ReceiverClass": f.Class, "ReceiverAssembly": f.Assembly,
			"EventType": f.EventType, "Synchronization": f.Synchronization, "SequenceNumber": f.Sequence}})
	}
}

// appPrincipal makes a principal of ACS. The one of the whole tenant hangs on
// the service principal of its App Id.
func (b *builder) appPrincipal(f *AppPrincipal) {
	id := fold(f.AppID)
	props := map[string]any{
		"appId": id, "appIdentifier": "i:0i.t|ms.sp.ext|" + id + "@" + b.t.id, "title": f.Title, "redirectUri": f.RedirectURI, "appDomains": []string{}}
	if len(f.Sites) > 0 {
		sites := make([]string, len(f.Sites))
		for i, s := range f.Sites {
			sites[i] = strings.TrimRight(s, "/")
		}
		props[scopeKey] = sites
	} else {
		props["principalId"] = b.refer("sharePoint.appPrincipals", f.AppID)
	}
	b.t.of(KindAppPrincipal).add(&object{kind: KindAppPrincipal, id: id, name: f.Title, props: props}, nil)
}

// scopeKey holds the sites of a principal that is not of the whole tenant.
const scopeKey = "sites"
