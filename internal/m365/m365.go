package m365

import (
	"context"
	"encoding/json"
	"time"
)

// Object is a tenant object as it was read.
type Object struct {
	ID      string          // the tenant's immutable id
	Name    string          // display name
	Created *time.Time      // nil where the kind carries none
	Raw     json.RawMessage // the whole object, for the before-state
}

// Receipt identifies a call that the tenant answered.
type Receipt struct {
	Call      string // e.g. "Remove-TransportRule"
	ClientID  string // client-request-id that was sent
	RequestID string // the service's own id
}

// Exchange runs one cmdlet of the Exchange admin API.
type Exchange interface {
	// Get runs a Get- cmdlet and follows all its pages. A missing Identity returns everything: compare each row.
	Get(ctx context.Context, cmdlet string, params map[string]any) ([]json.RawMessage, error)
	// Do runs a cmdlet that changes something.
	Do(ctx context.Context, cmdlet string, params map[string]any) (Receipt, error)
	// Cmdlets lists the cmdlets that the credential may run.
	Cmdlets(ctx context.Context) ([]string, error)
}

// ServicePrincipal is an enterprise application in the tenant.
type ServicePrincipal struct {
	Object
	AppID      string
	Type       string // servicePrincipalType
	OwnerOrgID string // appOwnerOrganizationId
	Enabled    bool
}

// Directory is what steps ask of Entra through Microsoft Graph. Lists are whole, by id; a get of an absent object fails with class gone.
type Directory interface {
	ServicePrincipalByAppID(ctx context.Context, appID string) (ServicePrincipal, error)
	DeleteServicePrincipal(ctx context.Context, id string) (Receipt, error)
	RoleAssignments(ctx context.Context, principalID string) ([]Object, error) // Name is the role's template id
	DeleteRoleAssignment(ctx context.Context, id string) (Receipt, error)
	AppRoleAssignments(ctx context.Context, principalID string) ([]Object, error)
	DeleteAppRoleAssignment(ctx context.Context, principalID, id string) (Receipt, error)
	Grants(ctx context.Context, principalID string) ([]Object, error) // delegated permission grants
	DeleteGrant(ctx context.Context, id string) (Receipt, error)
	GroupsByName(ctx context.Context, name string) ([]Object, error)
	Group(ctx context.Context, id string) (Object, error)
	DeleteGroup(ctx context.Context, id string) (Receipt, error)
	User(ctx context.Context, idOrUPN string) (Object, error)
}

// Identities is what steps do with users, with registrations of apps, and with what an app subscribed to. As with [Directory], a get of an
// absent object fails with class gone.
type Identities interface {
	DisableUser(ctx context.Context, id string) (Receipt, error)
	DeleteUser(ctx context.Context, id string) (Receipt, error)
	ApplicationByAppID(ctx context.Context, appID string) (Object, error) // an app registration whose home is this tenant
	DeleteApplication(ctx context.Context, id string) (Receipt, error)
	Subscriptions(ctx context.Context) ([]Object, error) // those that the acting app itself made; Name is the resource
	DeleteSubscription(ctx context.Context, id string) (Receipt, error)
	Deleted(ctx context.Context, kind DeletedKind, id string) (Object, error) // a soft-deleted object
	Purge(ctx context.Context, id string) (Receipt, error)                    // removes a soft-deleted object for good
}

// Product is the product's own console, reached by a signed hook.
type Product interface {
	// Remove asks the product to drop the account's row and generated data. Repeating it with the same id is harmless.
	Remove(ctx context.Context, id string, account ProductAccount) (Receipt, error)
}

// ProductAccount names an account at the product.
type ProductAccount struct {
	TenantID, AccountID, Service, AppID string
}

// Tenant is one tenant, reached with one credential.
type Tenant struct {
	ID         string // the tenant's GUID
	ActingApp  string // App Id of the identity that the worker runs as
	Exchange   Exchange
	Directory  Directory
	Identities Identities
	Mail       Mail
	Sites      Sites
	Apps       Apps
	SharePoint SharePoint // nil where its address is not configured
	Product    Product    // nil when no hook is configured: the step becomes manual
}

type callID struct{}

// WithCallID names the next destructive call; adapters send it as client-request-id.
func WithCallID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, callID{}, id)
}

// CallID returns the id that [WithCallID] set, or "".
func CallID(ctx context.Context) string {
	id, _ := ctx.Value(callID{}).(string)
	return id
}

type fence struct{}

// WithFence sets what adapters ask right before they send a call: an error means that the worker's lease has ended and that nothing
// may be sent any more. A context's Done alone is too late when the process was stopped and continued.
func WithFence(ctx context.Context, check func() error) context.Context {
	return context.WithValue(ctx, fence{}, check)
}

// Fence returns the context's own error, or else what the check of [WithFence] says.
func Fence(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if check, ok := ctx.Value(fence{}).(func() error); ok {
		return check()
	}
	return nil
}
