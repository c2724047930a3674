package step

import (
	"context"
	"maps"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// params are the parameters of a cmdlet.
type params = map[string]any

var everything = []params{{"ResultSize": "Unlimited"}}

// everyOutbound is two listings: by default connectors that only transport rules use are hidden, and so are those in test mode.
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-outboundconnector
var everyOutbound = []params{
	{"ResultSize": "Unlimited", "IncludeTestModeConnectors": true, "IsTransportRuleScoped": true},
	{"ResultSize": "Unlimited", "IncludeTestModeConnectors": true, "IsTransportRuleScoped": false},
}

// cmdletKind is a kind of Exchange object that has a Get- and a Remove- cmdlet and is named by its Guid.
type cmdletKind struct {
	name   deprovision.ArtifactKind
	get    string
	views  []params // the listings that together hold every object
	cmdlet string   // that removes
	extra  params   // of the removal
}

func (k cmdletKind) list(ctx context.Context, j *job) ([]footprint.Object, error) {
	objects, _, err := k.find(ctx, j.tenant.Exchange, "")
	return objects, err
}

// find lists all objects, or those that the service returns for an identity: it may be all of them. refusal is how it says that there is none.
func (k cmdletKind) find(ctx context.Context, x m365.Exchange, identity string) (out []footprint.Object, refusal, err error) {
	for _, view := range k.views {
		p := maps.Clone(view)
		if identity != "" {
			p["Identity"] = identity
		}
		rows, err := x.Get(ctx, k.get, p)
		if identity != "" && gone(err) { // of a listing, it says that something else is not there
			refusal = err
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		objects, err := parse(k.name, k.get, rows...)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, objects...)
	}
	return out, refusal, nil
}

func (k cmdletKind) read(ctx context.Context, j *job, a deprovision.Artifact) reading {
	objects, refusal, err := k.find(ctx, j.tenant.Exchange, a.ID)
	if err != nil {
		return reading{err: err}
	}
	r := among(objects, a)
	if !r.there {
		r.refusal = refusal
	}
	return r
}

func (k cmdletKind) remove(ctx context.Context, j *job, a deprovision.Artifact) (m365.Receipt, error) {
	p := params{"Identity": a.ID, "Confirm": false}
	maps.Copy(p, k.extra)
	return j.tenant.Exchange.Do(ctx, k.cmdlet, p)
}
