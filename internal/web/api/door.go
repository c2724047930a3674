package api

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// answer takes one call through the door, serves it, and tells what went wrong.
func (a *API) answer(w http.ResponseWriter, r *http.Request, list []route) {
	c := &call{api: a, w: w, r: r}
	w.Header().Set(timeHeader, a.o.Now().UTC().Format(timeForm))
	err := c.enter(list)
	if err == nil {
		err = c.serve()
	}
	if err == nil {
		return
	}
	if c.r.Context().Err() != nil { // who asked has gone: nothing is wrong here, and nobody is left to tell
		a.o.Log.DebugContext(r.Context(), "a caller of the API has gone", "caller", c.caller.Name, "error", err)
		return
	}
	p := problemOf(err)
	a.o.Observer.APIRefused(p.reason)
	level := a.o.Log.InfoContext
	if p.Status >= http.StatusInternalServerError {
		level = a.o.Log.WarnContext
	}
	attributes := []any{"reason", p.reason, "method", a.hide(r.Method), "path", a.hide(r.URL.Path), "from", r.RemoteAddr, "caller", c.caller.Name}
	if p.reason == internal.reason || p.reason == unavailable.reason {
		attributes = append(attributes, "error", errors.Join(err, p.cause))
	}
	level(r.Context(), "a call of the API was refused", attributes...)
	p.write(w)
}

// The time of the worker, by which whoever asks tells how long ago something was. Date has whole seconds only, and a proxy may write its own.
const (
	timeHeader = "Worker-Time"
	timeForm   = "2006-01-02T15:04:05.000Z07:00"
)

// turn is how long a call waits for others that cost NATS a consumer.
const turn = time.Second

// serve answers a call that may enter. What costs NATS a consumer is bounded, for all callers together.
func (c *call) serve() error {
	if !c.route.reads {
		return c.route.serve(c)
	}
	late := time.NewTimer(turn)
	defer late.Stop()
	select {
	case c.api.reads <- struct{}{}:
		defer func() { <-c.api.reads }()
		return c.route.serve(c)
	case <-c.r.Context().Done():
		return c.r.Context().Err()
	case <-late.C:
		return tooManyReads.says("try again when others have been answered").with("Retry-After", "1")
	}
}

// enter checks everything that needs no look at the body, the cheapest and most general first.
func (c *call) enter(list []route) error {
	if p := c.api.addressed(c.r); p != nil {
		return p
	}
	var p *Problem
	if c.route, p = choose(list, c.r.Method); p != nil {
		return p
	}
	if p := c.authenticate(); p != nil {
		return p
	}
	if p := c.negotiate(); p != nil {
		return p
	}
	if err := c.readQuery(); err != nil {
		return err
	}
	return c.readPath()
}

// addressed keeps other sites' pages out. A name that somebody else's DNS lets lead to this machine is not one of ours, and no page of
// another site has business here; there are no CORS headers and cookies are not looked at.
func (a *API) addressed(r *http.Request) *Problem {
	if a.o.Loopback && !loopbackName(r.Host) && !slices.ContainsFunc(a.o.Hosts, func(h string) bool { return strings.EqualFold(h, hostOf(r.Host)) }) {
		return misdirected.says("the Host header names neither this machine's loopback nor one of http.hosts")
	}
	if slices.Contains(r.Header.Values("Sec-Fetch-Site"), "cross-site") {
		return crossSite.says("the browser says that a page of another site makes this call")
	}
	return nil
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopbackName(hostport string) bool {
	host := hostOf(hostport)
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// authenticate finds out who calls, and whether they may. Whoever shows something is held to it, also where nothing is needed.
func (c *call) authenticate() *Problem {
	const scheme = `Bearer realm="deprovisioner"`
	who, err := c.api.who(c.r)
	switch {
	case err == nil:
		c.caller = who
	case !errors.Is(err, ErrNothingShown):
		return unauthorized.says(err.Error()).with("WWW-Authenticate", scheme+`, error="invalid_token"`)
	case c.route.right != Read || !c.here():
		return unauthorized.says("show a bearer token of http.tokens that may "+string(c.route.right)).with("WWW-Authenticate", scheme)
	default:
		c.caller = anonymous
	}
	if !c.caller.can(c.route.right) {
		return forbidden.says("the token of "+clip(c.caller.Name)+" may not "+string(c.route.right)).
			with("WWW-Authenticate", scheme+`, error="insufficient_scope", scope="`+string(c.route.right)+`"`)
	}
	return nil
}

// here reports whether the call comes from this machine itself and not through a proxy on it. Where further names are configured there is a
// proxy, and some tell nothing of themselves.
func (c *call) here() bool {
	if !c.api.o.Loopback || len(c.api.o.Hosts) > 0 || !loopbackName(c.r.Host) {
		return false
	}
	for name := range c.r.Header { // that it is there tells, whatever it says
		if slices.Contains(passed, name) || strings.HasPrefix(name, "X-Forwarded-") {
			return false
		}
	}
	return true
}

// passed are the headers that proxies add.
var passed = []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Envoy-External-Address"}
