package tenantsim

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// services builds what lies behind Graph beside the directory.
func (b *builder) services() {
	b.mailboxes()
	for i := range b.f.Mail.Folders {
		b.mailFolder(fmt.Sprintf("mail.folders[%d].", i), &b.f.Mail.Folders[i])
	}
	for i := range b.f.Sites {
		b.site(fmt.Sprintf("sites[%d].", i), &b.f.Sites[i])
	}
	for i := range b.f.Subscriptions {
		b.subscription(&b.f.Subscriptions[i])
	}
	b.teams()
}

// mailboxes gives one to every user whom Exchange has one for.
func (b *builder) mailboxes() {
	has := map[string]bool{}
	for _, m := range b.f.Exchange.Mailboxes {
		has[fold(m.Address)] = true
	}
	b.t.mail.boxes, b.t.mail.given = map[string]*mailbox{}, map[string]bool{}
	for _, u := range b.t.of(KindUser).all(nil) {
		if has[fold(u.str("userPrincipalName"))] || has[fold(u.str("mail"))] {
			b.t.mail.boxes[fold(u.id)] = &mailbox{owner: u.id}
		}
	}
	for i, d := range b.f.Mail.Denied {
		if box := b.box(fmt.Sprintf("mail.denied[%d].mailbox", i), d.Mailbox); box != nil {
			box.denied = append(box.denied, fold(d.App))
		}
	}
}

func (b *builder) box(field, user string) *mailbox {
	id := b.refer(field, user)
	box := b.t.mail.boxes[fold(id)]
	if box == nil && id != "" {
		b.fault(fmt.Errorf("fixture: %s: %s has no mailbox; exchange.mailboxes lists them", field, user))
	}
	return box
}

func (b *builder) mailFolder(at string, f *MailFolder) {
	box := b.box(at+"mailbox", f.Mailbox)
	if box == nil {
		return
	}
	parent := b.parentFolder(at, box, f.Parent)
	id := f.ID
	b.t.mail.given[id] = true
	if id == "" {
		id = folderID(box.owner, parent+" "+f.DisplayName+map[bool]string{true: " hidden"}[f.Hidden])
	}
	if _, twice := b.t.of(KindMailFolder).get(id); twice {
		b.fault(fmt.Errorf("fixture: %sdisplayName: %s has two such folders", at, f.Mailbox))
		return
	}
	props := map[string]any{
		"id": id, "displayName": f.DisplayName, "parentFolderId": parent, "isHidden": f.Hidden, "unreadItemCount": 0, "totalItemCount": f.Items,
		mailboxKey: box.owner, searchKey: f.Search,
	}
	b.put(&object{kind: KindMailFolder, id: id, name: f.DisplayName, props: props})
	b.t.places.add(KindMailFolder, parent, id)
	b.names[folderName(box, f.DisplayName)] = id
}

// folderName is how a later folder of the fixture names the one above it.
func folderName(box *mailbox, name string) string { return box.owner + "\x00folder " + fold(name) }

func (b *builder) parentFolder(at string, box *mailbox, name string) string {
	if name == "" {
		name = rootFolder
	}
	if o, ok := box.standard(name); ok {
		return o.id
	}
	if id, ok := b.names[folderName(box, name)]; ok {
		return id
	}
	if o, ok := b.t.of(KindMailFolder).get(name); ok {
		return o.id
	}
	b.fault(fmt.Errorf("fixture: %sparent: there is no folder %q before this one", at, name))
	return ""
}

func (b *builder) site(at string, s *Site) {
	u, err := url.Parse(s.URL)
	if err != nil {
		b.fault(err)
		return
	}
	guid, web := b.id(s.ID, KindSite, fold(s.URL)), b.id(s.WebID, KindSite, "web", fold(s.URL))
	id := u.Host + "," + guid + "," + web
	name := u.Path[strings.LastIndex(u.Path, "/")+1:]
	title := s.Title
	if title == "" {
		title = name
	}
	b.put(&object{kind: KindSite, id: id, name: s.URL, props: map[string]any{
		"id": id, "name": name, "displayName": title, "webUrl": s.URL, "isPersonalSite": s.Personal, "createdDateTime": created(s.Created),
		"siteCollection": map[string]any{"hostname": u.Host}}})
	b.t.places.add(KindSite, guid, id)
	if s.Group != "" {
		if g := b.group(at+"group", s.Group); g != nil {
			b.t.places.add(KindSite, g.id, id)
		}
	}
}

// group finds a group by id or display name.
func (b *builder) group(field, name string) *object {
	if o, ok := b.t.of(KindGroup).get(name); ok {
		return o
	}
	o, ok := b.t.of(KindGroup).find(func(o *object) bool { return strings.EqualFold(o.name, name) })
	if !ok {
		b.fault(fmt.Errorf("fixture: %s: there is no group %q", field, name))
		return nil
	}
	return o
}

func (b *builder) subscription(s *Subscription) {
	id := b.id(s.ID, KindSubscription, s.App, s.Resource)
	change, until := s.ChangeType, s.Expires
	if change == "" {
		change = "created,updated"
	}
	if until.IsZero() {
		until = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	var creator any
	if sp, ok := b.t.principalByApp(s.App); ok {
		creator = sp.id
	}
	b.put(&object{kind: KindSubscription, id: id, name: s.Resource, props: map[string]any{
		"id": id, "resource": s.Resource, "changeType": change, "notificationUrl": s.NotificationURL, "expirationDateTime": wireTime(until),
		"applicationId": fold(s.App), "creatorId": creator, "clientState": nil, "latestSupportedTlsVersion": "v1_2", expiresKey: until}})
}

// passwords are an application's secrets, without their values.
func (b *builder) passwords(a *Application) []any {
	out := []any{}
	for _, name := range a.SecretNames {
		out = append(out, map[string]any{
			"keyId": derivedID(b.t.id, a.AppID, "secret", name), "displayName": name, "hint": name[:min(3, len(name))], "secretText": nil,
			"startDateTime": created(a.Created), "endDateTime": wireTime(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))})
	}
	return out
}

func installationID(place, app string) string {
	return base64.StdEncoding.EncodeToString([]byte(place + "##" + app))
}
