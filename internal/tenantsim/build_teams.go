package tenantsim

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

func (b *builder) teams() {
	apps := b.teamsApps()
	chats := map[string]string{} // id or topic → id
	for i := range b.f.Teams.Chats {
		c := b.f.Teams.Chats[i]
		c.Members = b.referAll(fmt.Sprintf("teams.chats[%d].members", i), c.Members)
		o := b.chat(&c)
		chats[fold(o.id)], chats[fold(c.Topic)] = o.id, o.id
	}
	for i, in := range b.f.Teams.Installations {
		at := fmt.Sprintf("teams.installations[%d].", i)
		app := apps[fold(in.App)]
		if app == nil {
			b.fault(fmt.Errorf("fixture: %sapp: there is no Teams app %q", at, in.App))
			continue
		}
		if scope, place := b.installPlace(at, &in, chats); place != "" {
			b.install(app, scope, place)
		}
	}
}

// teamsApps builds the catalog and returns it by all that a fixture may call
// an app.
func (b *builder) teamsApps() map[string]*object {
	apps := map[string]*object{}
	for _, a := range b.f.Teams.Apps {
		id, external, how := b.id(a.ID, KindTeamsApp, a.DisplayName, a.ExternalID), a.ExternalID, a.Distribution
		if external == "" {
			external = derivedID("manifest", id)
		}
		if how == "" {
			how = "store"
		}
		o := &object{kind: KindTeamsApp, id: id, name: a.DisplayName, props: map[string]any{
			"id": id, "externalId": external, "displayName": a.DisplayName, "distributionMethod": how, entraAppKey: fold(a.AppID)}}
		b.put(o)
		for _, name := range []string{a.DisplayName, external, id} {
			apps[fold(name)] = o
		}
	}
	return apps
}

func (b *builder) chat(c *Chat) *object {
	id, kind := c.ID, "group"
	if id == "" {
		id = "19:" + strings.ReplaceAll(derivedID(b.t.id, string(KindChat), c.Topic), "-", "") + "@thread.v2"
	}
	if len(c.Members) == 2 && c.Topic == "" {
		kind = "oneOnOne"
	}
	o := &object{kind: KindChat, id: id, name: c.Topic, props: map[string]any{
		"id": id, "topic": c.Topic, "chatType": kind, "createdDateTime": created(zeroTime), "lastUpdatedDateTime": created(zeroTime),
		"webUrl": "https://teams.microsoft.com/l/chat/" + id + "/0?tenantId=" + b.t.id, "tenantId": b.t.id, membersKey: c.Members}}
	b.put(o)
	for i, m := range c.Members {
		if !slices.Contains(c.Members[:i], m) {
			b.t.places.add(KindChat, m, id)
		}
	}
	return o
}

// installPlace finds where an installation is; "" after a fault.
func (b *builder) installPlace(at string, in *Installation, chats map[string]string) (scope, place string) {
	switch {
	case in.User != "":
		return userScope.name, b.refer(at+"user", in.User)
	case in.Chat != "":
		id := chats[fold(in.Chat)]
		if id == "" {
			b.fault(fmt.Errorf("fixture: %schat: there is no chat %q", at, in.Chat))
		}
		return chatScope.name, id
	}
	g := b.group(at+"team", in.Team)
	if g == nil {
		return "", ""
	}
	if !slices.Contains(g.strings("resourceProvisioningOptions"), "Team") {
		b.fault(fmt.Errorf("fixture: %steam: %q is a group but no team", at, in.Team))
		return "", ""
	}
	return teamScope.name, g.id
}

func (b *builder) install(app *object, scope, place string) {
	id := installationID(place, app.id)
	definition := base64.StdEncoding.EncodeToString([]byte("1##1.0.0##Published##" + app.id))
	venue := scope + " " + place
	b.put(&object{kind: KindInstallation, id: id, name: app.name, props: map[string]any{
		"id": id, "teamsApp": view(app, nil), venueKey: venue, entraAppKey: app.str(entraAppKey),
		"teamsAppDefinition": map[string]any{
			"id": definition, "teamsAppId": app.id, "displayName": app.name, "version": "1.0.0", "publishingState": "published"}}})
	b.t.places.add(KindInstallation, venue, id)
}

// installationID is made as Teams makes it, see
// https://learn.microsoft.com/graph/api/resources/teamsappinstallation
func installationID(place, app string) string {
	return base64.StdEncoding.EncodeToString([]byte(place + "##" + app))
}
