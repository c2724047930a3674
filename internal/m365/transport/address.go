package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ParseService reads a service's base address: https, or http on loopback, without user, query or fragment. It fails with a
// [deprovision.Invalid] of this field.
func ParseService(field, address string) (*url.URL, error) {
	const allowed = "an address such as https://graph.microsoft.com; http:// only on loopback"
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &deprovision.Invalid{Field: field, Allowed: allowed} // not repeated: a user part may be a password
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u)) {
		return nil, &deprovision.Invalid{Field: field, Value: address, Allowed: allowed}
	}
	return u, nil
}

// Loopback reports whether an address is this very machine's.
func Loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// SameService reports whether two addresses have the same scheme and host.
func SameService(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// confine keeps a call, and the token on it, at the service that it is meant for.
func (c *chain) confine(req *http.Request, next send) (*http.Response, error) {
	if c.service != nil && !SameService(req.URL, c.service) {
		err := errors.New("not sent: the address is not one of " + c.service.Scheme + "://" + c.service.Host)
		return nil, &deprovision.Failure{Class: deprovision.Malformed, Err: err}
	}
	return next(req)
}

// NewBase makes what sends: TLS 1.2 or newer, proxies from the environment, the system's certificate authorities and more of one's own
// (nil: none). It does not unzip, see receive.
func NewBase(authorities *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities},
		TLSHandshakeTimeout:   10 * time.Second,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
