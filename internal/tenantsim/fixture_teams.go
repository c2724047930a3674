package tenantsim

// Teams is what Microsoft Teams holds beside the teams themselves, which are
// groups with the mark team.
type Teams struct {
	Apps          []TeamsApp     `yaml:"apps"`
	Chats         []Chat         `yaml:"chats"`
	Installations []Installation `yaml:"installations"`
}

// TeamsApp is an app of the catalog, see https://learn.microsoft.com/graph/api/resources/teamsapp
type TeamsApp struct {
	ID           string `yaml:"id"`
	ExternalID   string `yaml:"externalId"` // the id in the app's manifest
	DisplayName  string `yaml:"displayName"`
	Distribution string `yaml:"distribution"` // store, organization or sideloaded; "" is store
	AppID        string `yaml:"appId"`        // the Entra app of the manifest; permissions on itself go by it
}

// Chat is a chat of Teams. Members are users.
type Chat struct {
	ID      string   `yaml:"id"`
	Topic   string   `yaml:"topic"`
	Members []string `yaml:"members"`
}

// Installation is a Teams app in one place: a team (display name or id of the
// group), a chat (its id or topic) or a user. App is its id, external id or
// display name.
type Installation struct {
	App  string `yaml:"app"`
	Team string `yaml:"team"`
	Chat string `yaml:"chat"`
	User string `yaml:"user"`
}

func (g *Group) provisioned() []string {
	if g.Team {
		return []string{"Team"}
	}
	return []string{}
}
