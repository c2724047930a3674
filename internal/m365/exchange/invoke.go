package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// maxPages bounds a listing whose pages do not end.
const maxPages = 10_000

// output is what InvokeCommand answers.
type output struct {
	Value    []json.RawMessage `json:"value"`
	Next     string            `json:"@odata.nextLink"`
	Warnings []string          `json:"@adminapi.warnings"`
	Errors   []string          `json:"@adminapi.errors"` // failures of a cmdlet that went on: the status is 200 all the same
	Error    json.RawMessage   `json:"error"`
	Asks     string            `json:"@adminapi.confirmationmessage"` // it did nothing and wants a confirmation
}

// Get runs a Get- cmdlet and follows all its pages, each asked for by the same body at the address that the last one named. A
// parameter that is nil or empty is refused. A listing that the service cut short fails: ask for ResultSize "Unlimited".
func (c *Client) Get(ctx context.Context, cmdlet string, params map[string]any) ([]json.RawMessage, error) {
	call := &transport.Call{Name: cmdlet}
	if err := check(call, params); err != nil {
		return nil, err
	}
	if !isGet(cmdlet) {
		return nil, transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: "cmdlet", Value: cmdlet, Allowed: "a Get- cmdlet"})
	}
	var rows []json.RawMessage
	seen := map[string]bool{}
	for address := c.address("beta", "InvokeCommand"); address != ""; {
		if seen[address] || len(seen) == maxPages {
			return nil, transport.Malformed(API, call, "the pages do not end: the next page is one that came before")
		}
		seen[address] = true
		call = &transport.Call{Name: cmdlet}
		page, err := c.invoke(ctx, call, address, params)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Value...)
		if slices.ContainsFunc(page.Warnings, cutShort) {
			return nil, transport.Malformed(API, call, "the listing was cut short: %s", transport.Printable(page.Warnings[0]))
		}
		if address, err = c.next(call, address, page.Next); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Do runs a cmdlet that changes something. Removals and settings are sent with Confirm:false, unless the caller says otherwise:
// nobody is there to be asked.
func (c *Client) Do(ctx context.Context, cmdlet string, params map[string]any) (m365.Receipt, error) {
	call := &transport.Call{Name: cmdlet, Changes: true}
	if err := check(call, params); err != nil {
		return m365.Receipt{}, err
	}
	if isGet(cmdlet) {
		return m365.Receipt{}, transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: "cmdlet", Value: cmdlet, Allowed: "a cmdlet that changes something"})
	}
	out, err := c.invoke(ctx, call, c.address("beta", "InvokeCommand"), confirmed(cmdlet, params))
	if err != nil {
		return m365.Receipt{}, err
	}
	if out.Asks != "" {
		return m365.Receipt{}, transport.Malformed(API, call, "nothing was done, a confirmation was asked for: %s", transport.Printable(out.Asks))
	}
	return call.Receipt(), nil
}

// invoke runs a cmdlet once.
func (c *Client) invoke(ctx context.Context, call *transport.Call, address string, params map[string]any) (output, error) {
	input := map[string]any{"CmdletInput": map[string]any{"CmdletName": call.Name, "Parameters": params}}
	body, err := json.Marshal(input)
	if err != nil {
		return output{}, transport.Malformed(API, call, "%w", err)
	}
	var out output
	header := map[string]string{"Content-Type": "application/json", "Prefer": "odata.maxpagesize=1000"}
	if err := c.send(ctx, call, http.MethodPost, address, header, body, &out); err != nil {
		return output{}, err
	}
	switch {
	case len(out.Error) > 0:
		return output{}, unreadable(call, http.StatusOK, errors.New("an error under the status of a success"))
	case out.Value == nil && len(call.Body) > 0: // a cmdlet without output may answer nothing at all
		return output{}, unreadable(call, http.StatusOK, errors.New("the answer is no listing"))
	}
	if len(out.Errors) > 0 {
		return output{}, reported(call, out.Errors[0])
	}
	return out, nil
}

// reported is an error inside of a success.
func reported(call *transport.Call, text string) error {
	kind, message := transport.Exception(text)
	f := &deprovision.Failure{
		Class: deprovision.Malformed, API: API, Call: call.Name, Status: http.StatusOK, RequestID: call.RequestID,
		Err: errors.New(transport.Printable(strings.TrimPrefix(kind+": "+message, ": "))),
	}
	if transport.NoObject(kind) {
		f.Class = deprovision.Gone
	}
	return f
}

// next checks the address of the next page: it must not leave the service.
func (c *Client) next(call *transport.Call, current, link string) (string, error) {
	if link == "" {
		return "", nil
	}
	base, err := url.Parse(current)
	if err != nil {
		return "", transport.Malformed(API, call, "%w", err)
	}
	u, err := base.Parse(link)
	if err != nil || !transport.SameService(u, c.service) {
		return "", transport.Malformed(API, call, "the next page is not at %s", c.service.Host)
	}
	return u.String(), nil
}

var cmdletName = regexp.MustCompile(`^[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+$`)

// check refuses what could mean something else than was intended: of many a Get- cmdlet a null or empty Identity is none, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-transportrule
func check(call *transport.Call, params map[string]any) error {
	if !cmdletName.MatchString(call.Name) {
		return transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: "cmdlet", Value: call.Name, Allowed: "a name such as Remove-TransportRule"})
	}
	for name, value := range params {
		names := name == "Identity" || name == "Ids" // elsewhere, to set a value to nothing has a meaning
		if (names || isGet(call.Name)) && empty(value) {
			return transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: name, Allowed: "a value: the service takes an empty one for none"})
		}
	}
	return nil
}

func empty(value any) bool {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.String:
		return strings.TrimSpace(v.String()) == ""
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return false
}

func isGet(cmdlet string) bool { return strings.HasPrefix(cmdlet, "Get-") }

func confirmed(cmdlet string, params map[string]any) map[string]any {
	verb, _, _ := strings.Cut(cmdlet, "-")
	if _, given := params["Confirm"]; given || verb != "Remove" && verb != "Disable" && verb != "Set" {
		return params
	}
	out := maps.Clone(params)
	if out == nil {
		out = map[string]any{}
	}
	out["Confirm"] = false
	return out
}

// cutShort recognises the warning of a listing that is not whole.
func cutShort(warning string) bool { return strings.Contains(warning, "more results available") }
