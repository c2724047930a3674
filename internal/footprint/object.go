package footprint

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Object is one object of a tenant as it was read.
type Object struct {
	Kind    deprovision.ArtifactKind
	ID      string          // the tenant's own immutable id
	Name    string          // display name
	Created *time.Time      // nil where the kind carries none
	Raw     json.RawMessage // the whole object
}

// facts is what the matchers look at. Exchange names its properties in PascalCase, Microsoft Graph in camelCase; decoding ignores case.
type facts struct {
	SmartHosts                    texts  // of outbound connectors
	SenderIPAddresses             texts  // of inbound connectors
	SenderIPRanges                texts  // of transport rules
	RouteMessageOutboundConnector string // of transport rules
	SentToMemberOf                texts  // of transport rules
	FromMemberOf                  texts  // of transport rules
	SpoofedUser                   string // of spoof pairs
	SendingInfrastructure         string // of spoof pairs
	Action                        string // of spoof pairs
	JournalEmailAddress           string // of journal rules
	IPAllowList                   string // of IP allow entries: the one entry
	Mail                          string // of groups in the directory
	PrimarySMTPAddress            string // of groups in Exchange
	ExternalDirectoryObjectID     string // of groups in Exchange
	AppID                         string // of service principals
	AppOwnerOrganizationID        string // of service principals
	ServicePrincipalType          string // of service principals
	ClientID                      string // of permission grants
	PrincipalID                   string // of assignments; of grants it is a user
	RoleDefinitionID              string // of role assignments
	DisplayName                   string // of mail folders
	IsHidden                      bool   // of mail folders
	Title                         string // of lists
	Hidden                        bool   // of lists
	ReceiverID                    string // of event receivers
	ReceiverURL                   string // of event receivers
	NotificationURL               string // of webhooks
	LoginName                     string // of site administrators
	UserPrincipalName             string // of users
	UserType                      string // of users
	OnPremisesSyncEnabled         *bool  // of users; null for those of the cloud
	Resource                      string // of subscriptions
	ApplicationID                 string // of subscriptions
	Roles                         texts  // of role groups
	TeamsApp                      struct{ ID, ExternalID, DisplayName string }
}

// read decodes what the matchers look at.
func (o Object) read() (facts, error) {
	var f facts
	if err := json.Unmarshal(o.Raw, &f); err != nil {
		return f, fmt.Errorf("%s %s: %w", o.Kind, o.ID, err)
	}
	return f, nil
}

// texts is one text or several: Exchange writes a list of one as it likes.
type texts []string

// UnmarshalJSON reads null, a text, or a list of texts.
func (l *texts) UnmarshalJSON(body []byte) error {
	var one string
	if err := json.Unmarshal(body, &one); err == nil {
		*l = nil
		if one != "" {
			*l = texts{one}
		}
		return nil
	}
	var many []string
	if err := json.Unmarshal(body, &many); err != nil {
		return fmt.Errorf("neither a text nor a list of texts: %w", err)
	}
	*l = many
	return nil
}

// has reports whether one of the values is in the list.
func (l texts) has(values ...string) bool {
	for _, have := range l {
		for _, want := range values {
			if same(want, have) {
				return true
			}
		}
	}
	return false
}

// before is the object in a form that does not depend on how the tenant orders its properties. What can't be read stays as it is.
// It costs more than to judge an object, so only what a plan names is asked for it.
func (o Object) before() json.RawMessage {
	var v any
	if err := decodeNumbers(o.Raw, &v); err != nil {
		return nil
	}
	body, err := json.Marshal(v)
	if err != nil { // it was JSON
		return nil
	}
	return body
}
