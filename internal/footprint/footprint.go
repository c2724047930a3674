package footprint

import (
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Footprint is all that one product leaves in a tenant, for each of its services.
type Footprint struct {
	Product      string                              `yaml:"product"` // short name, a token
	Name         string                              `yaml:"name"`    // display name, also of its apps
	Console      string                              `yaml:"console"` // link to the product's console
	Help         string                              `yaml:"help"`    // the vendor's own guide to a removal
	Sites        map[string]Site                     `yaml:"sites"`   // by the word that an account's record uses
	Suspects     Suspects                            `yaml:"suspects"`
	Services     map[deprovision.Service]*Service    `yaml:"services"`
	Instructions map[deprovision.ArtifactKind]string `yaml:"instructions"` // how a person removes an object of the kind
	Limits       map[deprovision.ArtifactKind]int    `yaml:"limits"`       // how many artifacts of the kind a plan may have
}

// Service returns the footprint of a service; ok is false when the product's footprint does not describe it.
func (f *Footprint) Service(id deprovision.Service) (s *Service, ok bool) {
	s, ok = f.Services[id]
	return s, ok
}

// Site is one of the product's data centres. Addresses are IPv4 addresses or CIDR ranges.
type Site struct {
	Infrastructure string   `yaml:"infrastructure"` // sending infrastructure of its spoof pair
	Inbound        []string `yaml:"inbound"`        // where inbound mail comes back from
	Outbound       []string `yaml:"outbound"`       // where outbound mail comes back from
	SPF            []string `yaml:"spf"`            // includes that a customer may have put into SPF records
}

// Suspects says what resembles the product's objects.
type Suspects struct {
	Prefixes []string `yaml:"prefixes"` // of names; letter case does not matter
	Hosts    []string `yaml:"hosts"`    // patterns of smart hosts and sending infrastructure; * is any text
}

// Service is the footprint of one service.
type Service struct {
	Title     string                `yaml:"title"`
	Drain     deprovision.Duration  `yaml:"drain"`     // how long mail under way may still return
	Steps     []string              `yaml:"steps"`     // that remove something or wait, in order
	Artifacts []Entry               `yaml:"artifacts"` // order within a step
	Cautions  []deprovision.Caution `yaml:"cautions"`
	Remainder []Leftover            `yaml:"remainder"` // left for a person in any case
	Manual    []Manual              `yaml:"manual"`    // what a person does in the middle of the removal
	Lapse     deprovision.Duration  `yaml:"lapse"`     // how long a subscription lives at most when nobody renews it
	Announce  []string              `yaml:"announce"`  // who is to be told before the step announce-api-stop is over: known consumers
	Stops     map[string]string     `yaml:"stops"`     // text of a stop by its name
	Rights    []Right               `yaml:"rights"`

	id      deprovision.Service
	product *Footprint
}

// Entry is one kind of artifact with what identifies it.
type Entry struct {
	Kind        deprovision.ArtifactKind `yaml:"kind"`
	Step        string                   `yaml:"step"`        // that removes it
	Names       []string                 `yaml:"names"`       // as the vendor publishes them, in the order of removal
	SpoofedUser string                   `yaml:"spoofedUser"` // first half of a spoof pair
	Roles       map[string]string        `yaml:"roles"`       // Entra roles by template id
	Grants      []string                 `yaml:"grants"`      // roles of Exchange that the product gives its role group
	Resources   []string                 `yaml:"resources"`   // beginnings of what the service subscribes to, e.g. chats
}

// Leftover is something that no call removes, where its condition holds. Its texts may hold {spf}, {upn}, {appId}, {sharePointAppId} and {admin}, the
// address of the tenant's SharePoint admin site.
type Leftover struct {
	Name         string           `yaml:"name"`
	Instructions string           `yaml:"instructions"`
	Link         string           `yaml:"link"`
	Unrecorded   string           `yaml:"unrecorded"` // only where the account's record has no names for this kind, or no such id
	Recorded     string           `yaml:"recorded"`   // only where it has
	Account      deprovision.Kind `yaml:"account"`    // only for this kind of account
}

// Manual is a step that a person does.
type Manual struct {
	Step     string                   `yaml:"step"`
	Found    deprovision.ArtifactKind `yaml:"found"` // only where the tenant has one of this kind that no call removes
	Leftover `yaml:",inline"`
}

// Right is a call that a removal makes, and what allows it: a cmdlet that the identity may run, or any one of the permissions and
// directory roles. A Global Administrator may make every call.
type Right struct {
	Call        string                   `yaml:"call"`
	Cmdlet      string                   `yaml:"cmdlet"`
	Permissions []string                 `yaml:"permissions"`
	Roles       map[string]string        `yaml:"roles"`    // by template id
	Kind        deprovision.ArtifactKind `yaml:"kind"`     // needed only when the plan has such an artifact
	Account     deprovision.Kind         `yaml:"account"`  // needed only for this kind of account
	Recorded    string                   `yaml:"recorded"` // needed only where the account's record has names for this kind
	Own         bool                     `yaml:"own"`      // needed by the account's own app, which makes the call, and not by the worker
	NoRole      bool                     `yaml:"noRole"`   // no directory role replaces the permission: data of mailboxes, sites and chats
}

// Needs tells what allows the call: the cmdlet, or any one of the permissions and roles.
func (r Right) Needs() string {
	if r.Cmdlet != "" {
		return r.Cmdlet + " (Exchange role)"
	}
	ways := slices.Clone(r.Permissions)
	for _, name := range r.Roles {
		ways = append(ways, "role "+name)
	}
	slices.Sort(ways)
	return strings.Join(ways, " or ")
}

// ID returns the service that the footprint is of.
func (s *Service) ID() deprovision.Service { return s.id }

// Product returns the footprint that the service belongs to.
func (s *Service) Product() *Footprint { return s.product }

// Site returns the site of an account; ok is false when the record names none or an unknown one.
func (s *Service) Site(account deprovision.Account) (site Site, ok bool) {
	site, ok = s.product.Sites[account.Site]
	return site, ok
}

// Entries returns the entries that a step removes, in order.
func (s *Service) Entries(step string) []Entry {
	var out []Entry
	for _, e := range s.Artifacts {
		if e.Step == step {
			out = append(out, e)
		}
	}
	return out
}
