package tenantsim

import (
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
