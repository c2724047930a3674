package batch

import (
	"context"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// chats is the walk over the chats of users.
var chats = walk{
	name:  "GET /users/{id}/chats",
	first: func(user string) string { return "/users/" + escape(user) + "/chats?$top=50" }, // more it refuses
	label: func(r row) string { return r.Topic },
}

// Chats lists the chats of each user, by id; the name is the topic, which most have not.
// https://learn.microsoft.com/graph/api/chat-list
func (c *Client) Chats(ctx context.Context, users []string) ([]m365.Answer, error) {
	return chats.over(ctx, c, users)
}

// installations are the collections of installed apps, by scope, before and behind the id of the place.
var installations = map[string][2]string{
	m365.InTeam: {"/teams/", "/installedApps"},
	m365.InChat: {"/chats/", "/installedApps"},
	m365.InUser: {"/users/", "/teamwork/installedApps"},
}

// collection finds the addresses of a scope.
func collection(scope string) ([2]string, error) {
	parts, ok := installations[scope]
	if !ok {
		bad := &deprovision.Invalid{Field: "scope", Value: scope, Allowed: "teams, chats or users"}
		return parts, transport.Malformed(API, &transport.Call{Name: "installedApps"}, "%w", bad)
	}
	return parts, nil
}

// Installed lists the apps that are installed in each place, by the id of the installation; the name is the app's. What the app is called
// outside of the catalogue, and its id there, is in teamsApp. https://learn.microsoft.com/graph/api/team-list-installedapps
func (c *Client) Installed(ctx context.Context, scope string, places []string) ([]m365.Answer, error) {
	at, err := collection(scope)
	if err != nil {
		return nil, err
	}
	installed := walk{
		name: "GET " + at[0] + "{id}" + at[1],
		first: func(place string) string {
			return at[0] + escape(place) + at[1] + "?$expand=teamsApp,teamsAppDefinition"
		},
		label: func(r row) string { return r.App.DisplayName },
	}
	return installed.over(ctx, c, places)
}

// Uninstall removes one installation; it is a call of its own. https://learn.microsoft.com/graph/api/team-delete-installedapps
func (c *Client) Uninstall(ctx context.Context, scope string, installation m365.Target) (m365.Receipt, error) {
	at, err := collection(scope)
	if err != nil {
		return m365.Receipt{}, err
	}
	call := &transport.Call{Name: "DELETE " + at[0] + "{id}" + at[1] + "/{id}", Changes: true}
	for _, id := range []string{installation.Place, installation.ID} {
		if err := checkID(call, id); err != nil {
			return m365.Receipt{}, err
		}
	}
	if installation.CallID != "" {
		ctx = m365.WithCallID(ctx, installation.CallID)
	}
	if err := c.send(ctx, call, http.MethodDelete, at[0]+escape(installation.Place)+at[1]+"/"+escape(installation.ID), nil); err != nil {
		return m365.Receipt{}, err
	}
	return call.Receipt(), nil
}
