package tenantsim

import "strings"

func (r *request) getInboundConnector(in *cmdletInput) (result, *exError) {
	return r.get(in, KindInboundConnector, nil)
}

func (r *request) newInboundConnector(in *cmdletInput) (result, *exError) {
	return r.make(in, KindInboundConnector, map[string]any{
		"Enabled": true, "ConnectorType": "Partner", "ConnectorSource": "Default", "RequireTls": true, "SenderIPAddresses": []string{}, "SenderDomains": []string{},
	})
}

func (r *request) removeInboundConnector(in *cmdletInput) (result, *exError) {
	return r.remove(in, KindInboundConnector, nil)
}

// getOutboundConnector hides connectors which only transport rules use, and
// those in test mode, unless asked for; see
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-outboundconnector
func (r *request) getOutboundConnector(in *cmdletInput) (result, *exError) {
	scoped, test := in.bool("IsTransportRuleScoped"), in.bool("IncludeTestModeConnectors")
	return r.get(in, KindOutboundConnector, func(o *object) bool {
		return o.bool("IsTransportRuleScoped") == scoped && (test || !o.bool("TestMode"))
	})
}

func (r *request) newOutboundConnector(in *cmdletInput) (result, *exError) {
	return r.make(in, KindOutboundConnector, map[string]any{
		"Enabled": true, "ConnectorType": "Partner", "ConnectorSource": "Default", "UseMXRecord": true,
		"IsTransportRuleScoped": false, "TestMode": false, "SmartHosts": []string{}, "RecipientDomains": []string{},
	})
}

// removeOutboundConnector refuses while a transport rule routes to the
// connector. That the service refuses is known; its wording is not published.
func (r *request) removeOutboundConnector(in *cmdletInput) (result, *exError) {
	return r.remove(in, KindOutboundConnector, func(c *object) *exError {
		rule, used := r.tenant.of(KindTransportRule).find(func(o *object) bool {
			to := o.str("RouteMessageOutboundConnector")
			return to != "" && (strings.EqualFold(to, c.name) || strings.EqualFold(to, c.id))
		})
		if !used {
			return nil
		}
		return exBadRequest("Microsoft.Exchange.Management.SystemConfigurationTasks.ConnectorInUseByTransportRuleException",
			"The outbound connector '"+c.name+"' can't be removed because it's being used by the transport rule '"+rule.name+"'. Remove the connector from the rule first.")
	})
}
