package tenantsim

import "strings"

func (r *request) getTransportRule(in *cmdletInput) (result, *exError) {
	state := in.str("State")
	return r.get(in, KindTransportRule, func(o *object) bool { return state == "" || strings.EqualFold(o.str("State"), state) })
}

// newTransportRule creates a rule at the end, so that a removed one can be put
// back; see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
func (r *request) newTransportRule(in *cmdletInput) (result, *exError) {
	if c := in.str("RouteMessageOutboundConnector"); c != "" {
		if _, ok := r.tenant.of(KindOutboundConnector).find(func(o *object) bool { return answersTo(o, c) }); !ok {
			return result{}, exNotFound(c)
		}
	}
	state := "Enabled"
	if in.has("Enabled") && !in.bool("Enabled") {
		state = "Disabled"
	}
	return r.make(in, KindTransportRule, map[string]any{
		"State": state, "Mode": "Enforce", "Priority": float64(len(r.tenant.of(KindTransportRule).all(nil))),
	})
}

func (r *request) removeTransportRule(in *cmdletInput) (result, *exError) {
	return r.remove(in, KindTransportRule, nil)
}

func (r *request) disableTransportRule(in *cmdletInput) (result, *exError) {
	return r.setRuleState(in, "Disabled")
}

func (r *request) enableTransportRule(in *cmdletInput) (result, *exError) {
	return r.setRuleState(in, "Enabled")
}

func (r *request) setRuleState(in *cmdletInput, state string) (result, *exError) {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, failed := r.target(in, KindTransportRule)
	if failed != nil {
		return result{}, failed
	}
	if o.str("State") == state {
		return result{warnings: []string{unchanged(o)}}, nil
	}
	r.tenant.of(o.kind).replace(o.with(map[string]any{"State": state, "WhenChanged": wireTime(r.now)}))
	r.call.Effect = EffectChanged
	return result{}, nil
}

// unchanged is Exchange's warning that a change changed nothing.
func unchanged(o *object) string {
	return "The command completed successfully but no settings of '" + o.name + "' have been modified."
}
