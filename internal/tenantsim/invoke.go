package tenantsim

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// defaultResultSize is what Get-* returns at most unless ResultSize says more.
const defaultResultSize = 1000

// invoke runs a cmdlet. What the caller may not run looks exactly like what
// does not exist.
func (r *request) invoke() reply {
	if r.header.Get("X-AnchorMailbox") == "" {
		return exchangeError(http.StatusBadRequest, "BadRequest", "Microsoft.Exchange.Admin.OData.MissingAnchorException", "The X-AnchorMailbox header is required to route the request.")
	}
	rank := r.exchangeRank()
	if rank == accessNone {
		return r.unsupportedRole()
	}
	c, ok := r.sim.cmdlets[fold(r.cmdlet.name)]
	if !ok || !rank.opens(c.needs) {
		return nulForbidden()
	}
	if p := c.unknownParam(r.cmdlet); p != "" {
		return exBadRequest("System.Management.Automation.ParameterBindingException", "A parameter cannot be found that matches parameter name '"+p+"'.").reply()
	}
	if r.call.Destructive && r.cmdlet.bool("Confirm") {
		return r.results(result{confirm: "Are you sure you want to perform this action? " + c.name + " '" + r.cmdlet.str("Identity") + "'"})
	}
	if r.cmdlet.bool("WhatIf") {
		return r.results(result{})
	}
	res, failed := c.run(r, r.cmdlet)
	if failed != nil {
		return failed.reply()
	}
	return r.results(res)
}

var pageSize = regexp.MustCompile(`odata\.maxpagesize=(\d+)`)

// results writes one page. The next one is had by POSTing the same body to
// the link.
func (r *request) results(res result) reply {
	limit := r.resultSize()
	if limit > 0 && len(res.objects) > limit {
		res.objects = res.objects[:limit]
		res.warnings = append(res.warnings, "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.")
	}
	out := map[string]any{"@odata.context": r.base + strings.TrimSuffix(r.path, "InvokeCommand") + "$metadata#Collection(Exchange.CmdletResult)"}
	rest, ok := after(res.objects, r.query.Get("$skiptoken"))
	if !ok {
		return exchangeError(http.StatusBadRequest, "BadRequest", "Microsoft.OData.ODataException", "The skip token is not valid.")
	}
	size := defaultResultSize
	if m := pageSize.FindStringSubmatch(r.header.Get("Prefer")); m != nil {
		size, _ = strconv.Atoi(m[1]) // digits only
		size = min(max(size, 1), defaultResultSize)
	}
	if len(rest) > size {
		out["@odata.nextLink"] = r.base + r.path + "?" + nextQuery(r.query, rest[size-1])
		rest = rest[:size]
	}
	var fields []string
	if sel := r.query.Get("$select"); sel != "" {
		fields = strings.Split(sel, ",")
	}
	values := make([]map[string]any, 0, len(rest)+len(res.rows))
	for _, o := range rest {
		values = append(values, view(o, fields))
	}
	out["value"] = append(values, res.rows...)
	annotate(out, res)
	return jsonReply(http.StatusOK, out)
}

func annotate(out map[string]any, res result) {
	if len(res.warnings) > 0 {
		out["@adminapi.warnings"] = res.warnings
	}
	if len(res.errors) > 0 {
		out["@adminapi.errors"] = res.errors
	}
	if res.confirm != "" {
		out["@adminapi.confirmationmessage"] = res.confirm
	}
}

// resultSize is the limit, or 0 for Unlimited.
func (r *request) resultSize() int {
	switch v := r.cmdlet.params["resultsize"].(type) {
	case float64:
		return int(v)
	case string:
		if strings.EqualFold(v, "Unlimited") {
			return 0
		}
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return defaultResultSize
}
