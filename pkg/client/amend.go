package client

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Amendment is what may be added to the record of a service account that stays the same one: what helps to find more of it. What is left empty
// stays as it is.
type Amendment struct {
	AppID           string              `json:"appId,omitempty"`           // where the record has none, as the next three
	UPN             string              `json:"upn,omitempty"`             // user principal name
	ProductID       string              `json:"productId,omitempty"`       // the account's id at the product
	SharePointAppID string              `json:"sharePointAppId,omitempty"` // App Identifier of the legacy app in SharePoint
	Site            string              `json:"site,omitempty"`            // the product's site (region); replaces another one
	Recorded        map[string]string   `json:"recorded,omitempty"`        // object ids by artifact name, beside those that are there
	Names           map[string][]string `json:"names,omitempty"`           // by kind of artifact, beside those that are there
	AppCredential   string              `json:"appCredential,omitempty"`   // reference of a credential of the account's own app; replaces another one
	Consumers       []string            `json:"consumers,omitempty"`       // the customer's own systems, beside those that are there

	Revision uint64 `json:"-"` // that the record has to have, as [Client.AccountAt] returns it; 0 for any
}

// AmendAccount adds to the record of a service account by compare-and-set, and returns the record as it is then. Other than an update it does not
// stand for an account that was set up anew: a closed record stays closed, so that what its removal left can still be taken up. It returns
// [ErrUnknownAccount], a [deprovision.Invalid] for what the record has otherwise, and a [ConflictError] while a request is open on it, or when it has
// another revision than it has to have.
func (c *Client) AmendAccount(ctx context.Context, tenant, id string, what Amendment) (deprovision.Account, Change, error) {
	there, revision, err := c.account(ctx, tenant, id)
	if err != nil {
		return there, "", err
	}
	amended, err := what.of(there)
	switch {
	case err != nil:
		return there, "", err
	case what.Revision != 0 && what.Revision != revision:
		return there, "", &ConflictError{Kind: "account", Name: tenant + "." + id, Reason: writtenMeanwhile}
	case reflect.DeepEqual(amended, there):
		return there, Unchanged, nil
	case there.Open != "":
		return there, "", opened(there)
	}
	if _, err := c.putAt(ctx, amended, revision); err != nil {
		return there, "", err
	}
	return amended, Updated, nil
}

// of is the record with what is added.
func (m Amendment) of(a deprovision.Account) (deprovision.Account, error) {
	there := a
	if err := m.validate(a); err != nil { // first of all: what is refused below is repeated in the error
		return a, err
	}
	for _, s := range []struct {
		field string
		there *string
		given string
	}{{"appId", &a.AppID, m.AppID}, {"upn", &a.UPN, m.UPN}, {"productId", &a.ProductID, m.ProductID}, {"sharePointAppId", &a.SharePointAppID, m.SharePointAppID}} {
		switch {
		case *s.there == "":
			*s.there = s.given
		case s.given != "" && !strings.EqualFold(s.given, *s.there):
			return a, taken(s.field, s.given, *s.there)
		}
	}
	replace(&a.Site, m.Site)
	replace(&a.AppCredential, m.AppCredential)
	for name, id := range m.Recorded {
		if there := a.Recorded[name]; there != "" && there != id {
			return a, taken("recorded."+name, id, there)
		}
	}
	a.Recorded = joined(a.Recorded, m.Recorded, func(_, given string) string { return given })
	a.Names = joined(a.Names, m.Names, beside)
	a.Consumers = beside(a.Consumers, m.Consumers)
	return a, held(a, there)
}

// validate holds what is given, by itself, to what a record that is handed in may have.
func (m Amendment) validate(a deprovision.Account) error {
	return deprovision.Account{Tenant: a.Tenant, ID: a.ID, Service: a.Service, Kind: deprovision.Delegate, UPN: cmp.Or(m.UPN, "left out"),
		State: deprovision.AccountActive, AppID: m.AppID, ProductID: m.ProductID, SharePointAppID: m.SharePointAppID, Site: m.Site,
		Recorded: m.Recorded, Names: m.Names, AppCredential: m.AppCredential, Consumers: m.Consumers}.ValidateInput()
}

// held validates a record with what was added to the one that was there. That one may be older than the rules for what is handed in: then it can
// still be added to, but not beyond what there may be.
func held(a, there deprovision.Account) error {
	switch {
	case there.ValidateInput() == nil:
		return a.ValidateInput()
	case len(a.Recorded) > max(deprovision.MaxRecorded, len(there.Recorded)):
		return &deprovision.Invalid{Field: "recorded", Allowed: fmt.Sprintf("at most %d ids, with those that are there", deprovision.MaxRecorded)}
	case len(a.Names) > max(deprovision.MaxNameKinds, len(there.Names)):
		return &deprovision.Invalid{Field: "names", Allowed: fmt.Sprintf("at most %d kinds, with those that are there", deprovision.MaxNameKinds)}
	}
	return a.Validate()
}

func taken(field, given, there string) error {
	return &deprovision.Invalid{Field: field, Value: given, Allowed: there + ", which the record has; for another account an update overwrites the record"}
}

func replace(there *string, given string) {
	if given != "" {
		*there = given
	}
}

// joined is a map with what is given put to what is there.
func joined[V any](there, given map[string]V, put func(there, given V) V) map[string]V {
	if len(given) == 0 {
		return there
	}
	out := make(map[string]V, len(there)+len(given))
	maps.Copy(out, there)
	for k, v := range given {
		out[k] = put(out[k], v)
	}
	return out
}

// beside appends what is given and not there.
func beside(there, given []string) []string {
	out := slices.Clip(there)
	for _, g := range given {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}
