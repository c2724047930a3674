package tenantsim

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"
)

// exchange serves /adminapi/{beta|v1.0}/{tenant}/…, the front door that the
// ExchangeOnlineManagement module uses. Microsoft does not document it; what
// is known comes from the module and from open-source clients such as
// https://github.com/KelvinTegelaar/CIPP-API and https://github.com/GreyCorbel/ExoHelper
func (r *request) exchange() reply {
	parts := strings.Split(strings.Trim(r.path, "/"), "/")
	if len(parts) != 4 || (parts[1] != "beta" && parts[1] != "v1.0") {
		return exchangeError(http.StatusNotFound, "NotFound", "Microsoft.Exchange.Admin.OData.ResourceNotFoundException", "Resource not found.")
	}
	if t, ok := r.sim.tenant(parts[2]); !ok || t != r.tenant {
		return *r.unauthorized("the tenant in the path is not the token's")
	}
	if !slices.Contains(r.claims.Roles, "Exchange.ManageAsApp") {
		return *r.unauthorized("Exchange.ManageAsApp is missing")
	}
	if p, refused := r.throttle(1); refused {
		return p
	}
	switch {
	case parts[3] == "EXOModuleFile" && r.method == http.MethodGet:
		return r.moduleFile()
	case parts[3] == "InvokeCommand" && r.method == http.MethodPost:
		return r.invoke()
	}
	return exchangeError(http.StatusNotFound, "NotFound", "Microsoft.Exchange.Admin.OData.ResourceNotFoundException", "Resource not found for the segment '"+parts[3]+"'.")
}

// exchangeRank is how much the caller's Entra roles open, see
// https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2
func (r *request) exchangeRank() access {
	has := func(ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(r.claims.Directory, id) })
	}
	switch {
	case has(ExchangeAdministrator, GlobalAdministrator):
		return accessWrite
	case has(SecurityAdministrator):
		return accessSecurity
	case has(GlobalReader):
		return accessRead
	}
	return accessNone
}

// unsupportedRole is the refusal of a token whose app has no Exchange role.
func (r *request) unsupportedRole() reply {
	return exchangeError(http.StatusForbidden, "Forbidden", "System.UnauthorizedAccessException",
		"The role assigned to application "+r.claims.AppID+" isn't supported in this scenario. Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication.")
}

// moduleFile lists the cmdlets that the caller may run.
func (r *request) moduleFile() reply {
	rank := r.exchangeRank()
	if rank == accessNone {
		return r.unsupportedRole()
	}
	var names []string
	for _, c := range r.sim.cmdlets {
		if rank.opens(c.needs) {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	return jsonReply(http.StatusOK, map[string]any{
		"@odata.context": r.base + "/adminapi/v1.0/" + r.tenant.id + "/$metadata#EXOModuleFile",
		"value":          []map[string]any{{"version": "3.9.2", "exportedCmdlets": strings.Join(names, ",")}},
	})
}

// exError is a failed cmdlet.
type exError struct {
	status     int
	code       string
	kind, text string
}

func (e *exError) reply() reply { return exchangeError(e.status, e.code, e.kind, e.text) }

// exchangeError is the body of a failed cmdlet: the message says little, the
// first detail has a short code, the exception's type and the text.
func exchangeError(status int, code, kind, text string) reply {
	short := fmt.Sprintf("Ex%06X", crc32.ChecksumIEEE([]byte(kind))&0xffffff)
	body, _ := json.Marshal(map[string]any{"error": map[string]any{
		"code":    code,
		"message": "Error executing request. " + http.StatusText(status) + ".",
		"details": []map[string]any{{"code": "Context", "target": "", "message": short + "|" + kind + "|" + text}},
		"innererror": map[string]any{
			"message": "Error executing cmdlet", "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException", "stacktrace": "",
			"internalexception": map[string]any{"message": text, "type": kind, "stacktrace": ""},
		},
	}})
	return reply{status: status, body: body}.set("Content-Type", "application/json; charset=utf-8").set("X-ExceptionType", kind)
}

func exNotFound(identity string) *exError {
	return &exError{http.StatusNotFound, "NotFound", "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
		"The operation couldn't be performed because object '" + identity + "' couldn't be found on 'NAMPR01A001.PROD.OUTLOOK.COM'."}
}

func exBadRequest(kind, text string) *exError {
	return &exError{http.StatusBadRequest, "BadRequest", kind, text}
}

func exMissing(param string) *exError {
	return exBadRequest("System.Management.Automation.ParameterBindingException", "Cannot process command because of one or more missing mandatory parameters: "+param+".")
}
