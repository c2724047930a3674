package tenantsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// cmdletInput is the body of InvokeCommand. Parameter names ignore case.
type cmdletInput struct {
	name   string
	given  []string // parameter names as sent
	params map[string]any
}

// parseCmdlet reads {"CmdletInput":{"CmdletName":…,"Parameters":{…}}}.
func parseCmdlet(body []byte) (*cmdletInput, bool) {
	var in struct {
		CmdletInput struct {
			CmdletName string
			Parameters map[string]any
		}
	}
	if json.Unmarshal(body, &in) != nil || in.CmdletInput.CmdletName == "" {
		return nil, false
	}
	c := &cmdletInput{name: in.CmdletInput.CmdletName, params: map[string]any{}}
	for k, v := range in.CmdletInput.Parameters {
		if strings.Contains(k, "@odata.type") {
			continue
		}
		c.given = append(c.given, k)
		c.params[fold(k)] = v
	}
	return c, true
}

// targets names what a cmdlet aims at.
func (c *cmdletInput) targets() []string {
	return append(append(c.list("Identity"), c.list("Ids")...), c.str("Name"))
}

func (c *cmdletInput) has(name string) bool { v, ok := c.params[fold(name)]; return ok && v != nil }

func (c *cmdletInput) str(name string) string {
	s, _ := c.params[fold(name)].(string)
	return s
}

// bool reads a switch: true, or the text "true" or "$true".
func (c *cmdletInput) bool(name string) bool {
	switch v := c.params[fold(name)].(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(strings.TrimPrefix(v, "$"), "true")
	}
	return false
}

// list reads a multi-valued parameter; a single text is a list of one.
func (c *cmdletInput) list(name string) []string {
	switch v := c.params[fold(name)].(type) {
	case string:
		return []string{v}
	case []any:
		return stringsIn(v)
	}
	return nil
}

func stringsIn(v []any) []string {
	var out []string
	for _, x := range v {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// identifyCmdlet parses the body early, so that faults can match it.
func (r *request) identifyCmdlet() *reply {
	if r.method != http.MethodPost || !strings.HasSuffix(r.path, "/InvokeCommand") {
		return nil
	}
	in, ok := parseCmdlet(r.body)
	if !ok {
		p := exchangeError(http.StatusBadRequest, "BadRequest", "Microsoft.OData.ODataException", "The request body is not a CmdletInput.")
		return &p
	}
	r.cmdlet, r.call.Cmdlet = in, in.name
	r.call.Destructive = destructiveCmdlet(in)
	return nil
}

// destructiveCmdlet tells what takes something away: Remove-*, Disable-*, and a
// Set- that can shorten a list of addresses.
func destructiveCmdlet(in *cmdletInput) bool {
	verb, _, _ := strings.Cut(fold(in.name), "-")
	switch verb {
	case "remove", "disable":
		return true
	case "set":
		return shortens(in.params, "ipallowlist") || shortens(in.params, "ipblocklist")
	}
	return false
}

// shortens reports whether a list parameter may take entries away: a whole new
// list, or a hashtable with Remove.
func shortens(params map[string]any, name string) bool {
	v, given := params[name]
	h, isHash := v.(map[string]any)
	return given && (!isHash || h["Remove"] != nil)
}

// access is what a cmdlet needs and what a caller has.
type access int

const (
	accessNone access = iota
	accessRead
	accessSecurity // reads, and the tenant's allow and block lists
	accessWrite
)

func (a access) opens(needed access) bool { return a >= needed }

// result is what a cmdlet writes.
type result struct {
	objects  []*object
	rows     []map[string]any // for output that is no stored object
	warnings []string
	errors   []string
	confirm  string
}

// cmdlet is one row of the table.
type cmdlet struct {
	name   string
	needs  access
	params []string
	run    func(*request, *cmdletInput) (result, *exError)
}

// commonParams are accepted by every cmdlet, see
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters
var commonParams = []string{"Confirm", "WhatIf", "ErrorAction", "WarningAction", "Verbose", "Debug", "ErrorVariable", "OutVariable", "OutBuffer"}

func (c *cmdlet) unknownParam(in *cmdletInput) string {
	for _, g := range in.given {
		same := func(p string) bool { return strings.EqualFold(p, g) }
		if !slices.ContainsFunc(c.params, same) && !slices.ContainsFunc(commonParams, same) {
			return g
		}
	}
	return ""
}
