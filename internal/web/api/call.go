package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// call is one call of the API.
type call struct {
	api    *API
	w      http.ResponseWriter
	r      *http.Request
	route  route
	caller Caller
	query  url.Values
}

func (c *call) client() *client.Client { return c.api.o.Client }

var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)

// context is that of the call, with its trace.
func (c *call) context() context.Context {
	if parent := c.r.Header.Get("Traceparent"); traceparent.MatchString(parent) {
		return client.WithTrace(c.r.Context(), parent)
	}
	return c.r.Context()
}

// readQuery refuses parameters that are not known, and those given twice: to pass over one would answer another question.
func (c *call) readQuery() error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return &deprovision.Invalid{Field: "query", Allowed: "parameters as name=value, escaped as in a URL"}
	}
	for name, values := range query {
		known := "nothing: there are no parameters here"
		if len(c.route.query) > 0 {
			known = "one of " + strings.Join(c.route.query, ", ")
		}
		if !slices.Contains(c.route.query, name) {
			return invalid.says("the parameter is not known").at(clip(name), known)
		}
		if len(values) > 1 {
			return &deprovision.Invalid{Field: name, Allowed: "a parameter once"}
		}
	}
	c.query = query
	return nil
}

// readPath checks what the path names. A tenant that the caller may not see answers like one that is not there.
func (c *call) readPath() error {
	for _, name := range []string{"tenant", "service", "request", "account", "seq"} {
		value := c.r.PathValue(name)
		if !strings.Contains(c.route.path, "{"+name+"}") {
			continue
		}
		if !deprovision.ValidToken(value) {
			return &deprovision.Invalid{Field: name, Value: clip(value), Allowed: deprovision.TokenRule}
		}
	}
	if !strings.Contains(c.route.path, "{tenant}") {
		return nil
	}
	err := c.mustSee(c.r.PathValue("tenant"))
	if err != nil && c.caller.everywhere() && c.route.right == Read && strings.HasPrefix(c.route.path, one) {
		return c.mustBeStored(err)
	}
	return err
}

// mustBeStored lets whoever sees all tenants read a request of a tenant that this worker does not have: it stands in their lists, since another
// worker has the tenant, or had, or because it was rejected for that. What is not there is answered as unknown says.
func (c *call) mustBeStored(unknown error) error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	if _, err = c.look(ref); errors.Is(err, client.ErrUnknownRequest) {
		return unknown
	}
	return err
}

// mustSee returns a problem unless the caller may see the tenant and the worker knows it.
func (c *call) mustSee(tenant string) error {
	if c.caller.sees(tenant) && slices.Contains(c.api.o.Tenants, tenant) {
		return nil
	}
	return unknownTenant.says("the worker has no tenant of this name, or the token does not open it").at("tenant", strings.Join(c.tenants(), ", "))
}

// tenants lists the tenants that the caller may see.
func (c *call) tenants() []string {
	return slices.DeleteFunc(slices.Sorted(slices.Values(c.api.o.Tenants)), func(t string) bool { return !c.caller.sees(t) })
}

// ref is the request that the path names.
func (c *call) ref() (deprovision.Ref, error) {
	ref := deprovision.Ref{Tenant: c.r.PathValue("tenant"), Service: deprovision.Service(c.r.PathValue("service")), Request: c.r.PathValue("request")}
	return ref, ref.Validate()
}

// reply answers with JSON.
func (c *call) reply(status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	guarded(c.w.Header())
	c.w.Header().Set("Content-Type", jsonMedia)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(append(text, '\n')) // who asked has gone: nobody is left to tell
	return nil
}

// done logs what a caller had done.
func (c *call) done(what string, attributes ...any) {
	c.api.o.Log.InfoContext(c.r.Context(), "the API did what it was asked", append([]any{"what", what, "caller", c.caller.Name}, attributes...)...)
}
