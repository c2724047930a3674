package footprint

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Object is one object of a tenant as a step read it.
type Object struct {
	Kind    deprovision.ArtifactKind
	ID      string          // the tenant's own immutable id
	Name    string          // display name
	Created *time.Time      // nil where the kind carries none
	Raw     json.RawMessage // the whole object
}

// facts is what the matchers look at. Exchange names its properties in PascalCase, Microsoft Graph in camelCase; decoding ignores case.
type facts struct {
	SmartHosts                    list   // of outbound connectors
	SenderIPAddresses             list   // of inbound connectors
	RouteMessageOutboundConnector string // of transport rules
	SentToMemberOf                list   // of transport rules
	FromMemberOf                  list   // of transport rules
	SpoofedUser                   string
	SendingInfrastructure         string
	IPAllowList                   string // one entry
	Mail                          string // of groups in the directory
	PrimarySmtpAddress            string // of groups in Exchange
	AppID                         string // of service principals
	AppOwnerOrganizationID        string // of service principals
	ServicePrincipalType          string
	ClientID                      string // of permission grants
	PrincipalID                   string // of assignments
	RoleDefinitionID              string // of role assignments
}

// read decodes an object; one that can't be read is no artifact.
func (o Object) read() (facts, error) {
	var f facts
	if o.ID == "" {
		return f, fmt.Errorf("a %s without an id", o.Kind)
	}
	if err := json.Unmarshal(o.Raw, &f); err != nil {
		return f, fmt.Errorf("%s %s: %w", o.Kind, o.ID, err)
	}
	return f, nil
}

// list is one text or several: Exchange writes a list of one as it likes.
type list []string

// UnmarshalJSON reads null, a text, or a list of texts; other elements are kept as they stand.
func (l *list) UnmarshalJSON(body []byte) error {
	var many []any
	if err := json.Unmarshal(body, &many); err != nil {
		var one string
		if err := json.Unmarshal(body, &one); err != nil {
			return fmt.Errorf("neither a text nor a list: %w", err)
		}
		many = []any{one}
	}
	*l = nil
	for _, v := range many {
		*l = append(*l, fmt.Sprint(v))
	}
	return nil
}

func (l list) has(values ...string) bool {
	for _, have := range l {
		for _, want := range values {
			if want != "" && strings.EqualFold(have, want) {
				return true
			}
		}
	}
	return false
}

// fold makes names comparable as Exchange and Entra compare them: without regard to case.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
