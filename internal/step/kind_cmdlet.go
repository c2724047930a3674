package step

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// params are the parameters of a cmdlet.
type params = map[string]any

var unlimited = params{"ResultSize": "Unlimited"}

// everyOutboundConnector is two listings: by default connectors that only transport rules use are hidden, and so are those in test mode.
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-outboundconnector
var everyOutboundConnector = []params{
	{"ResultSize": "Unlimited", "IncludeTestModeConnectors": true, "IsTransportRuleScoped": true},
	{"ResultSize": "Unlimited", "IncludeTestModeConnectors": true, "IsTransportRuleScoped": false},
}

// cmdletKind is a kind of Exchange object that has a Get- and a Remove- cmdlet and is named by its Guid.
type cmdletKind struct {
	get    string
	views  []params // the listings that together hold every object
	cmdlet string   // that removes
	extra  params   // of the removal
}

func (k cmdletKind) list(ctx context.Context, j *job) ([]m365.Object, error) {
	return k.find(ctx, j.tenant.Exchange, "")
}

// find lists all objects, or those that the service returns for an identity: it may be all of them.
func (k cmdletKind) find(ctx context.Context, x m365.Exchange, identity string) ([]m365.Object, error) {
	var out []m365.Object
	for _, view := range k.views {
		p := maps.Clone(view)
		if identity != "" {
			p["Identity"] = identity
		}
		rows, err := x.Get(ctx, k.get, p)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, raw := range rows {
			o, err := exchangeObject(k.get, raw)
			if err != nil {
				return nil, err
			}
			if _, twice := byID(out, o.ID); !twice {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

func (k cmdletKind) read(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Object, bool, error) {
	objects, err := k.find(ctx, t.Exchange, a.ID)
	o, ok := byID(objects, a.ID)
	return o, ok, err
}

func (k cmdletKind) remove(ctx context.Context, t m365.Tenant, a deprovision.Artifact) (m365.Receipt, error) {
	p := params{"Identity": a.ID, "Confirm": false}
	maps.Copy(p, k.extra)
	return t.Exchange.Do(ctx, k.cmdlet, p)
}

// exchangeObject reads one row of a Get- cmdlet.
func exchangeObject(call string, raw json.RawMessage) (m365.Object, error) {
	var row struct {
		Guid, Name, WhenCreated string
	}
	if err := json.Unmarshal(raw, &row); err != nil || row.Guid == "" {
		return m365.Object{}, unreadable(call, "a row without a Guid", err)
	}
	o := m365.Object{ID: row.Guid, Name: row.Name, Raw: raw}
	if row.WhenCreated == "" {
		return o, nil
	}
	at, err := time.Parse(time.RFC3339, row.WhenCreated)
	if err != nil { // some cmdlets leave out the zone
		at, err = time.Parse("2006-01-02T15:04:05", row.WhenCreated)
	}
	if err != nil {
		return o, unreadable(call, "a WhenCreated that is no time", err)
	}
	o.Created = &at
	return o, nil
}

// unreadable says that an answer is not what it should be: what cannot be read is not removed.
func unreadable(call, what string, err error) error {
	return &deprovision.Failure{Class: deprovision.Malformed, API: "exchange", Call: call, Err: fmt.Errorf("the answer has %s: %w", what, err)}
}
