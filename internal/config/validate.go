package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Validate returns every field that holds something not allowed, each as a [deprovision.Invalid], joined.
func (c Config) Validate() error {
	v := &checker{}
	v.secrets("", c)
	for address := range strings.SplitSeq(c.NATS.URL, ",") {
		v.address("nats.url", strings.TrimSpace(address), "nats", "tls", "ws", "wss")
	}
	v.pair("nats.tls.certFile", c.NATS.TLS.CertFile, "nats.tls.keyFile", c.NATS.TLS.KeyFile)
	v.address("redis.url", c.Redis.URL, "redis", "rediss")
	v.oneAtMost("redis.passwordEnv", c.Redis.PasswordEnv, "redis.passwordFile", c.Redis.PasswordFile)
	_, _, err := net.SplitHostPort(c.HTTP.Listen)
	v.want(err == nil, "http.listen", c.HTTP.Listen, `host:port, e.g. "127.0.0.1:8080"`)
	v.http(c)
	v.want(deprovision.ValidToken(c.Worker.Name), "worker.name", c.Worker.Name, deprovision.TokenRule)
	v.want(c.Worker.Slots >= 1 && c.Worker.Slots <= 1024, "worker.slots", fmt.Sprint(c.Worker.Slots), "1 to 1024")
	v.between("worker.lease", c.Worker.Lease, 3*time.Second, 10*time.Minute)
	v.between("worker.grace", c.Worker.Grace, 0, 24*time.Hour)
	v.between("worker.sweepEvery", c.Worker.SweepEvery, time.Second, time.Hour)
	v.want(c.Throttle.Calls >= 0 && c.Throttle.Calls <= 1_000_000, "throttle.calls", fmt.Sprint(c.Throttle.Calls), "0 to 1000000")
	v.between("throttle.per", c.Throttle.Per, time.Millisecond, 24*time.Hour)
	if n := c.Throttle.Calls; n > 0 {
		often := time.Duration(c.Throttle.Per)/time.Duration(n) <= time.Second
		v.want(often, "throttle.calls", fmt.Sprint(n), "at least one a second: no call waits longer for its turn")
	}
	v.want(c.Throttle.Burst >= 1 && c.Throttle.Burst <= max(1, c.Throttle.Calls), "throttle.burst", fmt.Sprint(c.Throttle.Burst), "1 to throttle.calls")
	v.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.oneOf("log.format", c.Log.Format, "text", "json")
	for i, path := range c.Footprints {
		v.want(path != "" && slices.Index(c.Footprints, path) == i, fmt.Sprintf("footprints[%d]", i), path, "the path of a file, each once")
	}
	seen := map[string]bool{}
	for _, alias := range slices.Sorted(maps.Keys(c.Tenants)) {
		id := strings.ToLower(c.Tenants[alias].ID)
		v.want(!seen[id], "tenants."+alias+".id", id, "a tenant under one alias: what its service accounts share is looked up by it")
		seen[id] = true
		v.want(deprovision.ValidToken(alias), "tenants", alias, deprovision.TokenRule)
		v.tenant("tenants."+alias, c.Tenants[alias])
	}
	return errors.Join(v.faults...)
}

type checker struct{ faults []error }

func (v *checker) want(ok bool, field, value, allowed string) {
	if ok {
		return
	}
	if deprovision.LooksSecret(value) || len(value) > 200 {
		value = ""
	}
	v.faults = append(v.faults, &deprovision.Invalid{Field: field, Value: value, Allowed: allowed})
}

func (v *checker) oneOf(field, value string, allowed ...string) {
	v.want(slices.Contains(allowed, value), field, value, "one of "+strings.Join(allowed, ", "))
}

func (v *checker) between(field string, d deprovision.Duration, least, most time.Duration) {
	v.want(time.Duration(d) >= least && time.Duration(d) <= most, field, d.String(), fmt.Sprintf("%s to %s", least, most))
}

func (v *checker) pair(oneField, one, otherField, other string) {
	v.want((one == "") == (other == ""), oneField, one, "given together with "+otherField)
}

func (v *checker) oneAtMost(oneField, one, otherField, other string) {
	v.want(one == "" || other == "", oneField, one, "not together with "+otherField)
}

// address wants a URL with a host and without a password; it does not repeat what has one.
func (v *checker) address(field, value string, schemes ...string) {
	allowed := strings.Join(schemes, ":// or ") + "://host[:port], without a password"
	u, err := url.Parse(value)
	if err != nil {
		v.want(false, field, "", allowed)
		return
	}
	_, hasPassword := u.User.Password()
	v.want(slices.Contains(schemes, u.Scheme) && u.Host != "" && !hasPassword, field, u.Redacted(), allowed)
}

// service wants an https address, or http on loopback.
func (v *checker) service(field, value string) {
	u, err := url.Parse(value)
	if err == nil && u.Scheme == "http" {
		ip := net.ParseIP(u.Hostname())
		v.want(u.User == nil && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()), field, u.Redacted(),
			"https://…; http:// only on loopback")
		return
	}
	v.address(field, value, "https")
}
