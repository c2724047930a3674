package deprovision

import "strings"

// Service is a Microsoft 365 service that the product protected by a service account of its own.
type Service string

// The six services.
const (
	ExchangeOnline       Service = "exchange-online"
	ExchangeOnlineInline Service = "exchange-online-inline"
	SharePointOnline     Service = "sharepoint-online"
	OneDrive             Service = "onedrive"
	Teams                Service = "teams"
	TeamsChat            Service = "teams-chat"
)

// Services lists all services, in the order in which the documentation names them.
func Services() []Service {
	return []Service{ExchangeOnline, ExchangeOnlineInline, SharePointOnline, OneDrive, Teams, TeamsChat}
}

// Validate returns an [Invalid] that lists the allowed services when s is none of them.
func (s Service) Validate() error {
	names := make([]string, 0, 6)
	for _, known := range Services() {
		if s == known {
			return nil
		}
		names = append(names, string(known))
	}
	return &Invalid{Field: "service", Value: clip(string(s)), Allowed: "one of " + strings.Join(names, ", ")}
}

// ReferenceProduct is the product whose account a record or a request means that names none.
const ReferenceProduct = "trend-micro-cas"

// ProductOf is the name of a product, where none means the reference product.
func ProductOf(name string) string {
	if name == "" {
		return ReferenceProduct
	}
	return name
}

// Kind says how the product signs in with a service account.
type Kind string

// The two kinds of service account.
const (
	Delegate   Kind = "delegate"   // a user of the tenant
	Authorized Kind = "authorized" // an Entra application that an administrator consented to
)

// Validate returns an [Invalid] when k is neither kind.
func (k Kind) Validate() error {
	if k == Delegate || k == Authorized {
		return nil
	}
	return &Invalid{Field: "kind", Value: clip(string(k)), Allowed: "delegate or authorized"}
}

// Ref names one removal request everywhere: the three tokens of its subjects.
type Ref struct {
	Tenant  string  `json:"tenant"`  // alias of the tenant in the worker's configuration
	Service Service `json:"service"` // the service whose account goes
	Request string  `json:"request"` // id of the request, chosen by who asks
}

// Tokens returns the subject tokens "<tenant>.<service>.<request>".
func (r Ref) Tokens() string { return r.Tenant + "." + string(r.Service) + "." + r.Request }

// Validate checks the three tokens.
func (r Ref) Validate() error {
	return firstError(checkToken("tenant", r.Tenant), r.Service.Validate(), checkToken("id", r.Request))
}
