package deprovision

import (
	"fmt"
	"strings"
	"unicode"
)

// AccountState tells whether a service account still exists for the product.
type AccountState string

// The states of a service account.
const (
	AccountActive AccountState = "active" // in use, or being removed (see Account.Open)
	AccountClosed AccountState = "closed" // removed; the record stays as evidence
)

// Account is the record of a service account: what the product recorded about it when it was set up.
type Account struct {
	Tenant    string            `json:"tenant"`              // alias of the tenant
	ID        string            `json:"id"`                  // chosen by the operator; a token
	Service   Service           `json:"service"`             // the service that it served
	Kind      Kind              `json:"kind"`                // delegate or authorized
	AppID     string            `json:"appId,omitempty"`     // Entra App Id; required for authorized accounts
	Product   string            `json:"product,omitempty"`   // whose account it is, a footprint's name; empty means the reference product
	UPN       string            `json:"upn,omitempty"`       // user principal name; required for delegate accounts
	Site      string            `json:"site,omitempty"`      // the product's site (region), e.g. "us"; selects addresses in the footprint
	ProductID string            `json:"productId,omitempty"` // the account's id at the product itself
	Recorded  map[string]string `json:"recorded,omitempty"`  // object ids recorded at set-up, by artifact name

	// SharePointAppID is the App Identifier of the legacy app principal in SharePoint, which is not the Entra App Id.
	SharePointAppID string `json:"sharePointAppId,omitempty"`
	// Names holds what no page of the vendor publishes, by kind of artifact: titles of quarantine folders and libraries, hosts of event receivers
	// and webhooks, ids of Teams apps.
	Names map[string][]string `json:"names,omitempty"`
	// AppCredential is the reference of a credential of the account's own app, where the customer holds one: only that app sees its subscriptions.
	AppCredential string `json:"appCredential,omitempty"`
	// Consumers names the customer's own systems that use the product's automation APIs, which stop working with this account.
	Consumers []string `json:"consumers,omitempty"`

	State  AccountState `json:"state"`
	Open   string       `json:"open,omitempty"`   // the request that is open on the account
	LetGo  []string     `json:"letGo,omitempty"`  // shared objects that this account no longer needs, e.g. "app:<App Id>"
	Closed string       `json:"closed,omitempty"` // the request that closed it
}

// Validate returns an [Invalid] that names the first field that holds something not allowed.
func (a Account) Validate() error {
	if err := firstError(
		checkToken("tenant", a.Tenant), checkToken("id", a.ID), a.Service.Validate(), a.Kind.Validate(),
		checkText("upn", a.UPN, 320), checkText("productId", a.ProductID, 200),
	); err != nil {
		return err
	}
	switch {
	case a.Kind == Authorized && a.AppID == "":
		return &Invalid{Field: "appId", Allowed: "required for an authorized account: the App Id (a GUID) shown in the product's console"}
	case a.AppID != "" && !ValidAppID(a.AppID):
		return &Invalid{Field: "appId", Value: clip(a.AppID), Allowed: "a GUID"}
	case a.Kind == Delegate && a.UPN == "":
		return &Invalid{Field: "upn", Allowed: "required for a delegate account: its user principal name"}
	case a.Site != "" && !ValidToken(a.Site):
		return &Invalid{Field: "site", Value: clip(a.Site), Allowed: TokenRule}
	case a.State != AccountActive && a.State != AccountClosed:
		return &Invalid{Field: "state", Value: clip(string(a.State)), Allowed: "active or closed"}
	}
	if err := a.validateNames(); err != nil {
		return err
	}
	for name, id := range a.Recorded {
		if err := firstError(checkText("recorded", name, 300), checkText("recorded."+clip(name), id, 300)); err != nil {
			return err
		}
	}
	return nil
}

func (a Account) validateNames() error {
	switch {
	case a.Product != "" && !ValidToken(a.Product):
		return &Invalid{Field: "product", Value: clip(a.Product), Allowed: TokenRule}
	case a.SharePointAppID != "" && !ValidAppID(a.SharePointAppID):
		return &Invalid{Field: "sharePointAppId", Value: clip(a.SharePointAppID), Allowed: "a GUID"}
	case a.AppCredential != "" && !ValidToken(a.AppCredential):
		return &Invalid{Field: "appCredential", Value: clip(a.AppCredential), Allowed: "a credential reference of the worker's configuration, " + TokenRule}
	}
	if len(a.Consumers) > 50 {
		return &Invalid{Field: "consumers", Allowed: "at most 50 names"}
	}
	if err := checkTexts("consumers", a.Consumers); err != nil {
		return err
	}
	for i, name := range a.Consumers {
		if strings.TrimSpace(name) == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return &Invalid{Field: fmt.Sprintf("consumers[%d]", i), Value: clip(name), Allowed: "a name of characters that can be seen"}
		}
	}
	for kind, list := range a.Names {
		if err := checkToken("names", kind); err != nil {
			return err
		}
		if len(list) > 20 {
			return &Invalid{Field: "names." + kind, Allowed: "at most 20 names"}
		}
		for i, name := range list {
			if name == "" || checkText("", name, 300) != nil {
				return &Invalid{Field: fmt.Sprintf("names.%s[%d]", kind, i), Value: clip(name), Allowed: "a name in at most 300 bytes"}
			}
		}
	}
	return nil
}
